"""Lets ByteTrack (Roboflow's trackers) follow boxes through scenes that are made up.

    venv/bin/python scripts/golden/byte_track.py

The file goes to packages/tracking/src/golden/scenes.json. Of each scene: frames a second, and for each frame its
detections as [x1, y1, x2, y2, score, thing, track]. `thing` is who it really is (-1: nobody), `track` what ByteTrack
took it for (-1: nothing).
"""

import json
from pathlib import Path

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

OUT = Path(__file__).parents[2] / "packages/tracking/src/golden/scenes.json"
WIDTH, HEIGHT, FRAMES = 800, 600, 200


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Shared area by the area of b."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height) / ((b[2] - b[0]) * (b[3] - b[1]))


def scene(seed: int, things: int, fps: int, missed: float, noise: float) -> list[list[list[float]]]:
    """Things that walk and bounce off the walls; the later of two that overlap is in front and hides the other."""
    random = np.random.default_rng(seed)
    size = random.uniform(40, 90, (things, 2)) * [1, 1.6]
    centre = random.uniform(0.15, 0.85, (things, 2)) * [WIDTH, HEIGHT]
    speed = random.uniform(-140, 140, (things, 2)) / fps
    frames = []
    for _ in range(FRAMES):
        centre += speed
        for axis, limit in enumerate((WIDTH, HEIGHT)):
            out = (centre[:, axis] < 60) | (centre[:, axis] > limit - 60)
            speed[out, axis] = np.where(centre[out, axis] < limit / 2, 1, -1) * np.abs(speed[out, axis])
        speed += random.normal(0, 0.1, (things, 2))
        boxes = np.hstack([centre - size / 2, centre + size / 2])
        seen = []
        for index, box in enumerate(boxes):
            hidden = max((overlap(front, box) for front in boxes[index + 1 :]), default=0)
            if random.random() < missed or random.random() < (hidden - 0.4) * 2:
                continue
            score = np.clip(random.normal(0.8 - 0.5 * hidden, 0.1), 0.05, 0.99)
            seen.append([*(box + random.normal(0, noise, 4)), score, index])
        if random.random() < 0.05:
            x, y = random.uniform(0, WIDTH - 60), random.uniform(0, HEIGHT - 60)
            seen.append([x, y, x + 60, y + 60, random.uniform(0.1, 0.7), -1])
        random.shuffle(seen)
        frames.append([[*(round(float(value), 1) for value in row[:4]), round(float(row[4]), 2), row[5]] for row in seen])
    return frames


def follow(frames: list[list[list[float]]], fps: int) -> list[list[list[float]]]:
    # One second of patience, numbers from 0.5 on: as createTracker does unless told otherwise.
    tracker = ByteTrackTracker(
        lost_track_buffer=30, frame_rate=fps, track_activation_threshold=0.5, high_conf_det_threshold=0.5
    )
    followed = []
    for rows in frames:
        found = sv.Detections(
            xyxy=np.array([row[:4] for row in rows], dtype=np.float32).reshape(-1, 4),
            confidence=np.array([row[4] for row in rows], dtype=np.float32),
            class_id=np.zeros(len(rows), dtype=int),
            data={"row": np.arange(len(rows))},
        )
        tracks = [-1] * len(rows)
        result = tracker.update(found)
        for row, track in zip(result.data.get("row", []), result.tracker_id, strict=True):
            tracks[int(row)] = int(track)
        followed.append([[*row, track] for row, track in zip(rows, tracks, strict=True)])
    return followed


CASES = [
    {"seed": 1, "things": 5, "fps": 30, "missed": 0.02, "noise": 1.0},
    {"seed": 2, "things": 8, "fps": 25, "missed": 0.08, "noise": 2.0},
    {"seed": 3, "things": 4, "fps": 10, "missed": 0.05, "noise": 1.5},
]
scenes = [{"fps": case["fps"], "frames": follow(scene(**case), case["fps"])} for case in CASES]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(scenes, separators=(",", ":")) + "\n")
