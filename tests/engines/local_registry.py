"""A web server on this machine and archives made on the spot: real clients, no network."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LocalRegistry:
    """Serves what is put into `files` (path -> bytes) and remembers what was asked for."""

    def __init__(self):
        self.files = {}
        self.cut_short = set()  # paths whose answer breaks off half-way
        self.asked = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append(self.path)
                body = registry.files.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                cut = registry.cut_short
                self.wfile.write((body or b"")[: len(body) // 2 if self.path in cut else None])

            def log_message(self, *args):
                """Keep the test log clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        serve = self.server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()

    def close(self):
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def publish_npm(self, name, *, version, members):
        """Offer an npm package as the public registry does."""
        ball = tarball(members)
        path = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        self.files[path] = ball
        digest = base64.b64encode(hashlib.sha512(ball).digest()).decode()
        dist = {"tarball": self.address + path, "integrity": f"sha512-{digest}"}
        versions = {version: {"name": name, "version": version, "dist": dist}}
        page = {"name": name, "dist-tags": {"latest": version}, "versions": versions}
        self.files["/" + name.replace("/", "%2f")] = json.dumps(page).encode()
        return path


def tarball(members):
    """A gzipped tar of name -> bytes; names are written as they are."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as ball:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            ball.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def write_wheel(folder, name, *, version, members):
    """A wheel that pip accepts, with these members and no others of note."""
    info = f"{name}-{version}.dist-info"
    facts = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for member, data in {**members, **facts}.items():
            wheel.writestr(member, data)
    return path
