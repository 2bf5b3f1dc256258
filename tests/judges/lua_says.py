"""Lua itself reads tables, run in .venv-judges: python lua_says.py FILE...; prints JSON.

Every constructor is a function that keeps its table and adds its own name; there is nothing else
that a file could call. What belongs here: reading. What does not: what should be found.
"""

import json
import sys
from pathlib import Path
from typing import Any

from lupa import LuaRuntime, lua_type

MAKER = """
function(text)
  local function built(name)
    return function(held)
      if held == nil then return function(inner) inner.__kind = name return inner end end
      held.__kind = name
      return held
    end
  end
  local known = setmetatable({}, {__index = function(_, name) return built(name) end})
  local program, trouble = load("return " .. text, "file", "t", known)
  if not program then error(trouble) end
  return program()
end
"""


def say(path: str) -> Any:
    """The file as nested dictionaries, numbers as keys written with a point."""
    runtime = LuaRuntime(register_eval=False, unpack_returned_tuples=True)
    return plain(runtime.eval(MAKER)(Path(path).read_text("ascii")))


def plain(value: Any) -> Any:
    """A Lua value as one of JSON's."""
    if lua_type(value) == "table":
        return {key(name): plain(held) for name, held in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def key(name: Any) -> str:
    """A table's key as text."""
    return name if isinstance(name, str) else str(float(name))


if __name__ == "__main__":
    print(json.dumps({path: say(path) for path in sys.argv[1:]}))  # noqa: T201
