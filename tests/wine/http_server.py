"""A small HTTP server on the loopback, for what programs of other people fetch.

    GET  /bytes/N        N bytes, which bytes(N) tells
    PUT  /, POST /       the length and the SHA-256 of what came
    GET  /never          no answer, until the server ends
    GET  /nothing        the connection ends before an answer
    GET  /cut            fewer bytes than were promised
"""
import hashlib
import http.server
import threading


def content(size):
    block = b"".join(number.to_bytes(4, "little") for number in range(min(size, 1 << 20) // 4 + 1))
    return (block * (size // len(block) + 1))[:size]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay, and Expect: 100-continue is answered
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        kind, _, argument = self.path.strip("/").partition("/")
        if kind == "bytes":
            self.answer(content(int(argument)))
        elif kind == "never":
            self.server.ending.wait()
            self.close_connection = True
        elif kind == "nothing":
            self.close_connection = True
        elif kind == "cut":
            self.answer(b"ten bytes.", promised=100)
            self.close_connection = True

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode())

    do_POST = do_PUT

    def answer(self, body, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ending, self.connections = threading.Event(), 0
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.server_port}/{path}"

    def end(self):
        self.ending.set()
        self.shutdown()
        self.thread.join()
        self.server_close()
