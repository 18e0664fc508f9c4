# SPDX-License-Identifier: MIT
"""Certificates for tests that speak TLS."""

import os
import subprocess


class Certificates:
    """An authority, and certificates for 127.0.0.1 and for a client."""

    def __init__(self, directory):
        self.directory = directory
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=authority", "-days", "2",
                 "-keyout", self.path("ca.key"), "-out", self.path("ca.crt"))
        for name in "server", "client":
            self.run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", self.path(name + ".key"), "-out", self.path(name + ".csr"))
            with open(self.path("names"), "w") as f:
                f.write("subjectAltName = IP:127.0.0.1, DNS:redis.example.org\n")
            self.run("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path("ca.crt"), "-CAkey", self.path("ca.key"),
                     "-CAcreateserial", "-days", "2", "-extfile", self.path("names"), "-out", self.path(name + ".crt"))

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, *args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, timeout=30)
