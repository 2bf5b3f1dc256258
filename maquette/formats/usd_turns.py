"""One thread at a time in USD.

Two threads that meet in USD's first imports or in its lazy plugin loading wait for each other for
ever: the loader holds a lock and wants the interpreter, the other way round in the other thread.
A layer takes a few milliseconds, so turns cost next to nothing.
"""

import threading

USD_TURN = threading.RLock()
