"""A stand-in for OpenAI's images service on this machine: real HTTP, pictures by the prompt."""

import base64
import hashlib
import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

KEY = "sk-test-0123456789abcdefghij"


def error(message, *, code=None, param=None):
    """A refusal in the service's shape."""
    kind = "image_generation_user_error"
    said = {"message": message, "type": kind, "param": param, "code": code}
    return json.dumps({"error": said}).encode()


def png(prompt, *, size_px=1024, transparent=True):
    """A picture whose colour is the prompt's own, the outer quarter see-through or white."""
    red, green, blue, *_ = hashlib.sha256(prompt.encode()).digest()
    ground = (255, 255, 255, 0 if transparent else 255)
    image = Image.new("RGBA", (size_px, size_px), ground)
    quarter = size_px // 4
    image.paste((red, green, blue, 255), (quarter, quarter, 3 * quarter, 3 * quarter))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def answer(data):
    """A picture in the service's shape."""
    item = {"b64_json": base64.b64encode(data).decode()}
    return json.dumps({"created": 1, "data": [item], "usage": {"total_tokens": 1}}).encode()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever stops listening half-way meant to."""


class ImagesService:
    """Draws what is asked, after what was put into `first`: (status, headers, body) in turn."""

    def __init__(self):
        self.first = []
        self.asked = []  # (path, headers, body)
        self.silent_s = 0.0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                service.asked.append((self.path, dict(self.headers), body))
                status, headers, data = service.first.pop(0) if service.first else drawn(self, body)
                time.sleep(service.silent_s)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST  # where a redirect would lead

            def log_message(self, *args):
                """Keep the test log clean."""

        def drawn(handler, body):
            if handler.headers["Authorization"] != f"Bearer {KEY}":
                said = f"Incorrect API key provided: {handler.headers['Authorization']}"
                return 401, {}, error(said, code="invalid_api_key")
            assert handler.path == "/v1/images/generations"
            assert (body["n"], body["size"], body["output_format"]) == (1, "1024x1024", "png")
            transparent = body["background"] == "transparent"
            return 200, {}, answer(png(body["prompt"], transparent=transparent))

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"
        serve = self.server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()

    def close(self):
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()
