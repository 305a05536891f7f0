"""Asks a Wyoming server what the arguments say, with the protocol's own library, and prints JSON lines of what it answers.

wyoming-client.py PORT describe
wyoming-client.py PORT speak TEXT            (streamed text when TEXT has " | " in it)
wyoming-client.py PORT hear WAV [LANGUAGE]
"""

import asyncio
import json
import sys
import wave

from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop, wav_to_chunks
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop


async def read_until(client: AsyncTcpClient, *ends: str) -> list[Event]:
    """All events up to one of these, or to the end of the connection."""
    events: list[Event] = []
    while (event := await client.read_event()) is not None:
        events.append(event)
        if event.type in ends:
            break
    return events


async def describe(client: AsyncTcpClient) -> dict:
    await client.write_event(Ping(text="there?").event())
    pong = await read_until(client, "pong")
    await client.write_event(Describe().event())
    [event] = await read_until(client, "info")
    return {"pong": pong[0].data, "info": Info.from_event(event).to_dict()}


async def speak(client: AsyncTcpClient, text: str) -> dict:
    pieces = text.split(" | ")
    if len(pieces) > 1:
        await client.write_event(SynthesizeStart().event())
        for piece in pieces:
            await client.write_event(SynthesizeChunk(text=piece).event())
        await client.write_event(Synthesize(text="".join(pieces)).event())
        await client.write_event(SynthesizeStop().event())
        events = await read_until(client, "synthesize-stopped", "error")
    else:
        await client.write_event(Synthesize(text=text).event())
        events = await read_until(client, "audio-stop", "error")
    chunks = [AudioChunk.from_event(event) for event in events if event.type == "audio-chunk"]
    return {
        "types": [event.type for event in events if event.type != "audio-chunk"],
        "error": next((event.data for event in events if event.type == "error"), None),
        "seconds": sum(chunk.seconds for chunk in chunks),
        "formats": sorted({(chunk.rate, chunk.width, chunk.channels) for chunk in chunks}),
    }


async def hear(client: AsyncTcpClient, path: str, language: str | None) -> dict:
    await client.write_event(Transcribe(language=language).event())
    with wave.open(path, "rb") as sound:
        format = {"rate": sound.getframerate(), "width": sound.getsampwidth(), "channels": sound.getnchannels()}
        await client.write_event(AudioStart(**format).event())
        for chunk in wav_to_chunks(sound, 1024):
            await client.write_event(chunk.event())
    await client.write_event(AudioStop().event())
    events = await read_until(client, "transcript-stop", "error")
    return {"events": [{"type": event.type, **event.data} for event in events]}


async def main(port: str, what: str, *rest: str) -> None:
    async with AsyncTcpClient("127.0.0.1", int(port)) as client:
        if what == "describe":
            answer = await describe(client)
        elif what == "speak":
            answer = await speak(client, rest[0])
        else:
            answer = await hear(client, rest[0], rest[1] if len(rest) > 1 else None)
    print(json.dumps(answer))


asyncio.run(main(*sys.argv[1:]))
