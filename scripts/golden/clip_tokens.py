"""Writes what transformers' CLIPTokenizer makes of 2,000 strings, with the starter model's vocabulary.

    venv/bin/python scripts/golden/clip_tokens.py

The file goes to packages/image/src/families/stable-diffusion/golden/tokens.json: [text, ids] pairs, the ids without
start and end.
"""

import json
import random
import unicodedata
from pathlib import Path

from transformers import CLIPTokenizer

ROOT = Path(__file__).parents[2]
OUT = ROOT / "packages/image/src/families/stable-diffusion/golden/tokens.json"
STARTER = ROOT / "models/starter/text-to-image"
COUNT = 2000

SPACES = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff", "\x1c", "\v"]
PIECES = [
    *"😀 👩‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☃ ♞ 🫠".split(),
    *"你好 猫が好き 東京 한국어 苹果 龍 𠮷野家 ｶﾞ ﾊﾝｶｸ １２３".split(),
    *"Ελλάδα ΣΊΣΥΦΟΣ ΟΔΟΣ İstanbul ISPARTA ıssız straße STRASSE ǅ ﬁne Œuvre ΐ Ω Å".split(),
    *"привет мир שלום مرحبا हिन्दी ไทย ქართული 𝔉𝔯𝔞𝔨𝔱𝔲𝔯 ᏣᎳᎩ".split(),
    *"don't I'll we've they're he'd it's I'm can't' ''s 'S 'LL rock'n'roll O'Neill".split(),
    *"cafe\u0301 café n\u0303 ñ e\u0301\u0323 \u0301 a\u200db a\u00adb".split(" "),
    *"3 42 1999 ½ ² Ⅷ ٣ 1,000.5 v2.0 8k 4:3 x=1 #1".split(),
    *"a-b a_b a--b ... !!! ?! (((word))) [x] {y} <lora:a:1> \\( 50% $5 €5 @me &amp; &lt; ~ ^ ` | / // \" “q” ‘s’ — –".split(),
    "<|startoftext|>", "<|endoftext|>", "<|endoftext|", "<|ENDOFTEXT|>", "a<|startoftext|>b", "</w>", "Ġ", "Ċ", "ł",
    "\x00", "\x01", "\x7f", "\x80", "\x9f", "\ufffd", "\uffff", "\U0010ffff", "\u202e", "\u2060",
]


def texts() -> list[str]:
    choose = random.Random(0)
    concepts = [line.strip(" *\n") for line in (STARTER / "concepts.txt").read_text().splitlines()[1:]]
    words = [word for concept in concepts for word in concept.split()] + "a photo of the with and in very highly detailed 8k".split()
    known = ["", *SPACES, *PIECES, *concepts]
    known += ["".join(chr(choose.choice([*range(32, 127), *range(0xA0, 0x250)])) for _ in range(choose.randint(1, 12))) for _ in range(150)]
    known += ["".join(chr(choose.choice([*range(0x370, 0xD800), *range(0xF900, 0x2FA20)])) for _ in range(choose.randint(1, 8))) for _ in range(150)]
    known += [" ".join(choose.choices(words, k=choose.randint(60, 200))) for _ in range(15)]
    known += ["x" * 300, "ab" * 200, "é" * 100, "😀" * 60, " " * 200, "a " * 150, "9" * 90, "." * 120]
    while len(known) < COUNT + 200:
        parts = choose.choices([words, PIECES, SPACES], weights=[6, 3, 1], k=choose.randint(1, 9))
        text = "".join(choose.choice(part) + choose.choice([" ", " ", "", ", ", choose.choice(SPACES)]) for part in parts)
        known.append(choose.choice([str, str, str.upper, str.title])(text))
    # Letters of the newest Unicode are letters to one implementation and not yet to another.
    known = [text for text in known if all(unicodedata.category(letter) != "Cn" or ord(letter) in (0xFFFF, 0x10FFFF) for letter in text)]
    # Half of a surrogate pair is no text in Python; JavaScript cannot meet one in a request either.
    return [text for text in known if not any(0xD800 <= ord(letter) < 0xE000 for letter in text)][:COUNT]


def main() -> None:
    tokenizer = CLIPTokenizer.from_pretrained(STARTER / "tokenizer")
    pairs = [[text, tokenizer(text, add_special_tokens=False).input_ids] for text in texts()]
    assert len(pairs) == COUNT
    lines = ",\n".join(json.dumps(pair, ensure_ascii=True, separators=(",", ":")) for pair in pairs)
    OUT.write_text(f"[\n{lines}\n]\n")


main()
