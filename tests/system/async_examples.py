"""What the examples of overlapped calls and of network events must do: the echo server with its client, the file server, the chat, the workers
at one door. As a part of a test case that says how programs are run; the native ones and the Windows ones have the same cases."""
import concurrent.futures
import http.client
import os
import re
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

SECONDS = 120  # only a failure waits so long


def heed_the_console():
    """A shell without job control has what it starts in the background ignore the console's signals, and so would the examples."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Examples:
    """Beside unittest.TestCase, with `folder` and `environment` set up."""

    def example(self, name, *arguments):
        """The command that runs examples/<name>."""
        raise NotImplementedError

    def begin(self, name, *arguments):
        """Starts an example that listens. The process, and its port."""
        process = subprocess.Popen(self.example(name, *arguments), env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True, preexec_fn=heed_the_console)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertIn("listening on ", line)
        return process, int(line.strip().rstrip("/").rpartition(":")[2])

    def assert_ends_with(self, process, report):
        self.assertEqual(report, process.stdout.read().strip())
        self.assertEqual(0, process.wait(SECONDS))


class EchoExamples(Examples):
    def ask(self, *arguments):
        return subprocess.run(self.example("completion_routine/client", *arguments), env=self.environment, stdin=subprocess.DEVNULL,
                              text=True, capture_output=True, timeout=SECONDS)

    def test_many_connections_get_what_they_sent(self):
        for server, *arguments in (("completion_port/echo_server", 0, 3, 30), ("async_select/echo_server", 0, 30)):
            with self.subTest(server):
                server, port = self.begin(server, *arguments)
                client = self.ask(port, 30, 200)
                self.assertEqual(0, client.returncode, client.stderr)
                told = client.stdout.split()
                self.assertEqual("30 connections, 200 lines each: N bytes came back as they were sent".split(), told[:5] + ["N"] + told[6:])
                self.assertGreater(int(told[5]), 30 * 200 * len("connection 1, line 1 \n"))
                self.assert_ends_with(server, f"30 connections, {told[5]} bytes")

    def test_the_client_notices_a_wrong_byte_and_a_missing_one(self):
        for spoil, complaint in ((lambda data: data.replace(b"line", b"lime"), "not what was sent"), (lambda data: data[:-1], "ended in line")):
            with socket.create_server(("127.0.0.1", 0)) as listener, concurrent.futures.ThreadPoolExecutor() as pool:
                client = pool.submit(self.ask, listener.getsockname()[1], 1, 1)
                with listener.accept()[0] as connection:
                    data = b""
                    while more := connection.recv(65536):
                        data += more
                    connection.sendall(spoil(data))
                self.assertEqual(1, client.result().returncode)
                self.assertIn(complaint, client.result().stderr)


class ChatExample(Examples):
    def come(self, port, room=None):
        guest = socket.socket()
        self.addCleanup(guest.close)
        guest.settimeout(SECONDS)
        if room:
            guest.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        guest.connect(("127.0.0.1", port))
        lines = guest.makefile("r", encoding="ascii", newline="\n")
        self.addCleanup(lines.close)
        return guest, lines

    def test_everybody_hears_everything(self):
        count = 10
        server, port = self.begin("event_chat/event_chat", 0, count)
        guests = []
        for number in range(1, count + 1):
            guests.append(self.come(port))
            for _, lines in guests:
                self.assertEqual(f"* guest {number} has come, {number} are here\n", lines.readline())
        expected = [f"guest {number}: this is line {line} of {number}\n" for number in range(1, count + 1) for line in range(50)]
        for number, (guest, _) in enumerate(guests, 1):
            said = "".join(f"this is line {line} of {number}\r\n" for line in range(50)).encode()
            for piece in range(0, len(said), 37):
                guest.sendall(said[piece:piece + 37])
        for _, lines in guests:
            heard = [lines.readline() for _ in expected]
            self.assertEqual(sorted(expected), sorted(heard))
            for number in range(1, count + 1):  # in the order in which he said them
                own = f"guest {number}: "
                self.assertEqual([line for line in expected if line.startswith(own)], [line for line in heard if line.startswith(own)])
        for number in range(1, count + 1):
            guest, lines = guests.pop(0)
            guest.sendall(b"bye")  # a line without its end is one, too
            guest.shutdown(socket.SHUT_WR)
            self.assertEqual(f"guest {number}: bye\n", lines.readline())
            self.assertEqual("", lines.readline())
            for _, others in guests:
                self.assertEqual(f"guest {number}: bye\n", others.readline())
                self.assertEqual(f"* guest {number} has left\n", others.readline())
        self.assert_ends_with(server, f"{count} guests, {len(expected) + count} lines")

    def test_who_does_not_listen_is_shown_out_and_who_does_hears_all(self):
        server, port = self.begin("event_chat/event_chat", 0, 2)
        (deaf, _), (speaker, heard) = self.come(port, 4096), self.come(port)
        left = None
        said = hearing = 0
        line = b"x" * 380 + b"\n"
        while not left:  # until the way to the deaf one is full
            speaker.sendall(line * 50)
            said += 50
            while hearing < said:
                text = heard.readline()
                if text.startswith("*"):
                    left = text if "left" in text else None
                else:
                    self.assertEqual("guest 2: " + "x" * 380 + "\n", text)
                    hearing += 1
        self.assertEqual("* guest 1 has left\n", left)
        deaf.close()
        speaker.shutdown(socket.SHUT_WR)
        self.assertEqual("", heard.readline())
        self.assert_ends_with(server, f"2 guests, {said} lines")

    def test_the_next_ones_wait_at_the_door_when_the_room_is_full(self):
        server, port = self.begin("event_chat/event_chat", 0, 70)
        guests = [self.come(port) for _ in range(62)]
        for number, (_, lines) in enumerate(guests, 1):
            self.assertEqual(f"* guest {number} has come, {number} are here\n", lines.readline())
        waiting = [self.come(port) for _ in range(8)]
        for number, (_, lines) in enumerate(waiting, 63):
            guests.pop(0)[0].shutdown(socket.SHUT_WR)
            self.assertEqual(f"* guest {number} has come, 62 are here\n", lines.readline())
        for guest, _ in guests + waiting:
            guest.shutdown(socket.SHUT_WR)
        self.assert_ends_with(server, "70 guests, 0 lines")


class PreforkExample(Examples):
    @staticmethod
    def call(port, line):
        """The number of the worker that answers, and its process."""
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            connection.sendall(line.encode() + b"\n")
            answer = b""
            while more := connection.recv(4096):
                answer += more
        worker, process = re.fullmatch(rf"worker (\d+), process (\d+): {re.escape(line)}\n", answer.decode()).groups()
        return int(worker), int(process)

    @staticmethod
    def rows(report):
        """Of each worker: number, process, turns, connections, answered, and whether it has gone; and the totals."""
        head, *lines, total = report.splitlines()
        assert head.split() == ["worker", "process", "turns", "connections", "answered"], report
        return [(*map(int, line.split()[:5]), line.endswith("gone")) for line in lines], [int(word) for word in total.split()[1:]]

    def assert_served(self, server, processes, *, turns, connections):
        """By each of these, the same; and the server ends."""
        rows, totals = self.rows(server.stdout.read())
        self.assertEqual([(number, process, turns, connections, connections, False) for number, process in enumerate(processes, 1)], rows)
        self.assertEqual([connections * len(processes)] * 2, totals)
        self.assertEqual(0, server.wait(SECONDS))

    def test_workers_take_turns_at_one_door(self):
        server, port = self.begin("prefork_server/prefork_server", 0, 3, 30, 2)
        answers = [self.call(port, f"caller {number}") for number in range(30)]
        self.assertEqual([1, 1, 2, 2, 3, 3] * 5, [worker for worker, _ in answers])
        processes = [process for _, process in answers[:6:2]]
        self.assertEqual(3, len(set(processes)), "each is a process of its own")
        self.assertEqual([processes[worker - 1] for worker, _ in answers], [process for _, process in answers])
        self.assert_served(server, processes, turns=5, connections=10)

    def test_a_crowd_at_the_door_is_answered_once_each(self):
        server, port = self.begin("prefork_server/prefork_server", 0, 4, 120, 3)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda number: self.call(port, f"caller {number}"), range(120)))
        processes = dict(answers)
        self.assertEqual(set(processes.items()), set(answers), "a worker is the same process all the time")
        self.assert_served(server, [processes[number] for number in sorted(processes)], turns=10, connections=30)

    def test_one_who_says_nothing_costs_himself_only(self):
        server, port = self.begin("prefork_server/prefork_server", 0, 2, 4, 1)
        with socket.create_connection(("127.0.0.1", port), SECONDS) as silent:
            silent.shutdown(socket.SHUT_WR)
            self.assertEqual(b"", silent.recv(1))
        self.assertEqual([2, 1, 2], [self.call(port, "hello")[0] for _ in range(3)])
        rows, totals = self.rows(server.stdout.read())
        self.assertEqual([(1, 2, 2, 1), (2, 2, 2, 2)], [(row[0], *row[2:5]) for row in rows])
        self.assertEqual([4, 3], totals)
        self.assertEqual(0, server.wait(SECONDS))


class FileExample(Examples):
    """Not for Wine's own ws2_32: its TransmitFile does not disconnect."""

    def make_files(self):
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "served").mkdir()
        (folder / "secret").write_text("secret")
        for name, data in (("page.html", b"<p>hello</p>\n" * 10), ("random.bin", os.urandom(3_000_000)), ("empty", b""), (".hidden", b"secret")):
            (folder / "served" / name).write_bytes(data)
        with (folder / "served/large").open("wb") as large:  # more than a connection holds that nobody reads from
            large.truncate(64 << 20)
        (folder / "served/below").mkdir()
        (folder / "served/below/file").write_text("secret")
        return folder / "served"

    @staticmethod
    def talk(port, *pieces):
        """What comes for this request, up to the end of the connection."""
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while more := connection.recv(65536):
                answer += more
        return answer

    @staticmethod
    def get(port, name):
        """By HTTP/1.1: the file comes as a chunk."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        connection.request("GET", "/" + name)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, data

    def test_files_arrive_as_they_are_on_sockets_used_again(self):
        folder = self.make_files()
        names = ["page.html", "random.bin", "empty"]
        server, port = self.begin("file_server/file_server", folder, 0, 2, 24)
        for name in names:
            self.assertEqual((200, (folder / name).read_bytes()), self.get(port, name))
            head, _, data = self.talk(port, f"GET /{name} HTTP/1.0\r\n\r\n".encode()).partition(b"\r\n\r\n")
            self.assertIn(f"Content-Length: {len(data)}\r\n".encode(), head)
            self.assertEqual((folder / name).read_bytes(), data)
        with concurrent.futures.ThreadPoolExecutor(6) as pool:  # more visitors than sockets
            for name, (status, data) in zip(names * 6, pool.map(lambda name: self.get(port, name), names * 6)):
                self.assertEqual((200, (folder / name).read_bytes()), (status, data))
        self.assert_ends_with(server, "24 requests, 2 sockets")

    def test_what_is_not_in_the_folder_is_not_found(self):
        names = ["nothing", "", ".hidden", "..", "../secret", "below/../../secret", "..\\secret", "%2e%2e/secret", "below", "below/file",
                 "/etc/passwd", "C:page.html", "page.html:stream", "x" * 300]
        server, port = self.begin("file_server/file_server", self.make_files(), 0, 1, len(names) + 2)
        for name in names:
            answer = self.talk(port, f"GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.assertTrue(answer.startswith(b"HTTP/1.0 404 Not Found\r\n"), (name, answer))
            self.assertNotIn(b"secret", answer)
        self.assertTrue(self.talk(port, b"PUT /page.html HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 501 "))
        self.assertTrue(self.talk(port, b"GET /" + b"x" * 2043).startswith(b"HTTP/1.0 431 "))
        self.assert_ends_with(server, f"{len(names) + 2} requests, 1 sockets")

    def test_requests_in_pieces_and_visitors_who_leave(self):
        server, port = self.begin("file_server/file_server", self.make_files(), 0, 1, 2)
        self.assertIn(b"<p>hello</p>", self.talk(port, b"G", b"ET /page.html HT", b"TP/1.0\r\n", b"\r\n"))
        socket.create_connection(("127.0.0.1", port), SECONDS).close()
        with socket.create_connection(("127.0.0.1", port), SECONDS) as half:
            half.sendall(b"GET /page")
        self.assertEqual(200, self.get(port, "page.html")[0])
        told = server.stdout.read().strip()
        self.assertRegex(told, "^2 requests, [1-9][0-9]* sockets$")  # those who left cost a socket each
        self.assertEqual(0, server.wait(SECONDS))
