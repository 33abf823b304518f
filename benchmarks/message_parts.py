"""How many parts a text is billed as, beside the counter of parts that a provider publishes.

The counter is no part of this project: `--counter` names a folder in which Node finds the package
`sms-segments-calculator`. Texts are drawn at random from letters, signs that count twice, Chinese, and what a reader
takes for one character (families of emoji, flags, colours of skin, letters with marks), most of them about as long as
one part or two.

    python benchmarks/message_parts.py --counter FOLDER --texts 30000 --record
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from pathlib import Path

from planner.brief.providers import load_provider
from planner.messages.sms import count_parts

RESULTS = Path(__file__).parent / "results" / "message_parts.md"
POOLS = (
    list("abcdefghijklmnopqrstuvwxyz ABCDE 0123456789.,!?%"),
    list("€[]{}|~^\\"),
    list("双十一大促满减优惠券包邮限时抢购茶铺欢迎"),
    [
        "👨‍👩‍👧‍👦",
        "👩‍❤️‍💋‍👨",
        "🇨🇳",
        "🇺🇸",
        "👍🏽",
        "👩🏻‍💻",
        "🤦🏾‍♂️",
        "🏳️‍🌈",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "❤️",
        "1️⃣",
        "é",
        "ñ̃",
        "한국",
        "각",
        "क्षि",
        "नमस्ते",
        "ภาษา",
        "العربية",
        "ﷺ",
        "😀",
        "🎁",
        "🔥",
        "🧑‍🦰",
        "🐻‍❄️",
        "❤️‍🔥",
        "👁️‍🗨️",
        "🧑‍🤝‍🧑",
    ],
    ["\n", "\r\n", "😀", "🎁"],
)
ASKED = """
const {SegmentedMessage} = require('sms-segments-calculator');
const texts = JSON.parse(require('fs').readFileSync(0));
console.log(JSON.stringify(texts.map(text => new SegmentedMessage(text).segmentsCount)));
"""


def random_texts(count: int, seed: int = 0) -> list[str]:
    """Return texts, each of some of the pools."""
    chance = random.Random(seed)
    texts = []
    for _ in range(count):
        pools = chance.sample(POOLS, chance.randint(1, len(POOLS)))
        lengths = ((1, 75), (60, 75), (130, 170), (1, 420))
        wanted, text = chance.randint(*chance.choice(lengths)), ""
        while len(text) < wanted:
            text += chance.choice(chance.choice(pools))
        texts.append(text)
    return texts


def main() -> None:
    """Count, print and, if asked, record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--counter", required=True, help="folder with the provider's package")
    parser.add_argument("--texts", type=int, default=30_000)
    parser.add_argument("--record", action="store_true", help="write the table to the results")
    options = parser.parse_args()
    texts = random_texts(options.texts)
    command = ["node", "-e", ASKED]
    asked = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, cwd=options.counter, check=True
    )
    parts = json.loads(asked.stdout)
    provider = load_provider("twilio")
    lines = [
        "# Parts of a message",
        "",
        f"`python benchmarks/message_parts.py --counter FOLDER --texts {len(texts)}`, beside Twilio's own counter of",
        f"parts, version 1.3.0. {sum(count > 1 for count in parts)} of the texts have several parts.",
        "",
        "| never cut in two | texts | a part too few | a part too many |",
        "|---|---|---|---|",
    ]
    for kept in ("clusters", "characters"):
        ours = [count_parts(text, provider.model_copy(update={"keeps_whole": kept})).parts for text in texts]
        few = sum(mine < theirs for mine, theirs in zip(ours, parts, strict=True))
        many = sum(mine > theirs for mine, theirs in zip(ours, parts, strict=True))
        lines.append(f"| {kept}{' (ours)' if kept == provider.keeps_whole else ''} | {len(texts)} | {few} | {many} |")
    print("\n".join(lines))
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
