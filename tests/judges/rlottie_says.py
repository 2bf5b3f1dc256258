"""rlottie draws animations, run in .venv-judges: python rlottie_says.py FILE...

Each frame's alpha goes to FILE.N.alpha, a byte per pixel; the count is printed as JSON. What
belongs here: drawing. What does not: what it should look like.
"""

import json
import sys
from pathlib import Path

import numpy as np
from rlottie_python import LottieAnimation


def say(path: str) -> dict[str, int]:
    """Draw all frames."""
    animation = LottieAnimation.from_file(path)
    wide, high = animation.lottie_animation_get_size()
    count = animation.lottie_animation_get_totalframe()
    for n in range(count):
        drawn = animation.lottie_animation_render(frame_num=n, width=wide, height=high)
        alpha = np.frombuffer(drawn, np.uint8).reshape(high, wide, 4)[..., 3]
        Path(f"{path}.{n}.alpha").write_bytes(alpha.tobytes())
    return {"frames": count, "width": wide, "height": high}


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
