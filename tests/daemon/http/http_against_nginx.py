#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Give nginx and our request reader the same bytes: where one request ends and the next begins must be the same to both.

We may refuse what nginx takes.  What we take, nginx must take as the same
requests in the same order, or refuse: else a proxy and we could be played off
against each other.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

READER = os.path.join(os.environ.get("AIEXPENSE_BUILDDIR", "build"), "tests/daemon/http/http_requests")
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

CONF = """
daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log emerg;
events {{ worker_connections 64; }}
http {{
	access_log off; default_type text/plain; client_header_timeout 2s; client_body_timeout 2s; merge_slashes off;
	client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;
	uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
	server {{ listen unix:{dir}/sock; location / {{ return 200 "$request_method $request_uri\\n"; }} }}
}}
"""

G = b"GET /a HTTP/1.1\r\nHost: x\r\n"
P = b"POST /a HTTP/1.1\r\nHost: x\r\n"
C = P + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
LEN = str(len(HIDDEN)).encode()

STREAMS = {
    "two requests": G + b"\r\n" + NEXT,
    "an empty line between requests": G + b"\r\n\r\n" + NEXT,
    "a body": P + b"Content-Length: 5\r\n\r\nhello" + NEXT,
    "a body that looks like a request": P + b"Content-Length: " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "a length with leading zeros": P + b"Content-Length: 000" + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "a body of a GET": G + b"Content-Length: " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "a chunked body": C + b"5\r\nhello\r\n0\r\n\r\n" + NEXT,
    "a chunk that looks like a request": C + b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n" + NEXT,
    "a chunk with an extension": C + b"5;a=b\r\nhello\r\n0\r\n\r\n" + NEXT,
    "trailers": C + b"0\r\nX: y\r\nContent-Length: 40\r\n\r\n" + NEXT,
    "chunk sizes with zeros": C + b"0005\r\nhello\r\n0000\r\n\r\n" + NEXT,
    "a query": b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "an empty query": b"GET /a? HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "HTTP/1.0": b"GET /a HTTP/1.0\r\nHost: x\r\n\r\n" + HIDDEN,
    "HTTP/1.0 kept alive": b"GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" + NEXT,
    "HTTP/1.0 with a coding": b"POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "close among options": G + b"Connection: close\r\n\r\n" + HIDDEN,
    "a blank before the colon": P + b"Content-Length : " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "two lengths": P + b"Content-Length: " + LEN + b"\r\nContent-Length: 0\r\n\r\n" + HIDDEN + NEXT,
    "one length twice": P + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + NEXT,
    "a list of lengths": P + b"Content-Length: 5, 5\r\n\r\nhello" + NEXT,
    "length and coding": P + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "coding and length": P + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "gzip, chunked": P + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "xchunked": P + b"Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN,
    "identity": P + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello" + NEXT,
    "a length with a plus": P + b"Content-Length: +5\r\n\r\nhello" + NEXT,
    "a length in hexadecimal": P + b"Content-Length: 0x5\r\n\r\nhello" + NEXT,
    "a chunk size with 0x": C + b"0x5\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk size with a plus": C + b"+5\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk size with blanks": C + b"5  \r\nhello\r\n0\r\n\r\n" + NEXT,
    "a chunk size that wraps": C + b"10000000000000005\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a chunk longer than it says": C + b"3\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "LF in chunk framing": C + b"5\nhello\n0\n\n" + NEXT,
    "LF line ends": b"GET /a HTTP/1.1\nHost: x\n\n" + NEXT,
    "LF hiding a length": P + b"X: y\nContent-Length: " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "CR hiding a length": P + b"X: y\rContent-Length: " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "a folded length": P + b"Content-Length:\r\n " + LEN + b"\r\n\r\n" + HIDDEN + NEXT,
    "a NUL in a value": G + b"X: a\0b\r\n\r\n" + NEXT,
    "no Host": b"GET /a HTTP/1.1\r\n\r\n" + HIDDEN,
    "two Hosts": G + b"Host: y\r\n\r\n" + HIDDEN,
    "an absolute target": b"GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "a line without a colon": G + b"broken\r\n\r\n" + NEXT,
    "HTTP/0.9": b"GET /a\r\n" + HIDDEN,
    "a blank in the target": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN,
}


def normal(request):
    """nginx shows a target as it was sent, we without scheme and authority."""
    return re.sub(r"^(\S+) http://[^/ ]*", r"\1 ", request).rstrip("?")


def ask_us(stream):
    lines = subprocess.run([READER], input=stream, stdout=subprocess.PIPE, check=True).stdout.decode("latin1").split("\n")
    return [normal(line) for line in lines[:-2]], lines[-2]


def ask_nginx(path, stream):
    """The requests that nginx served before it refused one or the bytes ended, and whether it refused."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(path)
        s.sendall(stream)
        s.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while data := s.recv(65536):
                got += data
        except ConnectionResetError:
            pass
    served = []
    for part in got.split(b"HTTP/1.1 ")[1:]:
        head, _, body = part.partition(b"\r\n\r\n")
        if not head.startswith(b"200"):
            return served, True
        served.append(normal(body.decode("latin1").strip()))
    return served, False


def wait_for(path):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as s:
            if s.connect_ex(path) == 0:
                return
        time.sleep(0.01)
    sys.exit("nginx did not start")


def compare(path):
    print("1..%d" % len(STREAMS))
    for number, (name, stream) in enumerate(STREAMS.items(), 1):
        ours, end = ask_us(stream)
        theirs, refused = ask_nginx(path, stream)
        agrees = ours == theirs[:len(ours)] or (refused and theirs == ours[:len(theirs)])
        print("%s %d - %s" % ("ok" if agrees else "not ok", number, name))
        if ours != theirs:
            print("# we: %s, then %s; nginx: %s" % (ours, end, theirs))


def main():
    if NGINX is None:
        print("1..0 # SKIP nginx is not installed")
        return
    with tempfile.TemporaryDirectory(prefix="aiexpense-") as directory:
        conf = os.path.join(directory, "nginx.conf")
        with open(conf, "w") as f:
            f.write(CONF.format(dir=directory))
        nginx = subprocess.Popen([NGINX, "-c", conf, "-p", directory], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(os.path.join(directory, "sock"))
            compare(os.path.join(directory, "sock"))
        finally:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait()


main()
