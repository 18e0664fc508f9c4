# SPDX-License-Identifier: MIT
"""The two signatures of messengers that Python's library does not make: Ed25519 (RFC 8032) and RS256 (RFC 7518).

For tests alone: nothing here is constant in time, and both keys are known to everybody.
"""

import base64
import hashlib
import json

# --- Ed25519 -------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SEED = bytes(range(32))


def add(a, b):
    """The sum of two points in extended coordinates."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    u, v = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n, point):
    product = (0, 1, 1, 0)
    while n:
        if n & 1:
            product = add(product, point)
        point, n = add(point, point), n >> 1
    return product


def base_point():
    y = 4 * pow(5, P - 2, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    x = P - x if x & 1 else x
    return x, y, 1, x * y % P


BASE = base_point()


def packed(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


HASHED = hashlib.sha512(SEED).digest()
SECRET = int.from_bytes(HASHED[:32], "little") & ((1 << 254) - 8) | 1 << 254
ED25519_PUBLIC = packed(multiply(SECRET, BASE))


def ed25519(message):
    r = number(HASHED[32:], message)
    commitment = packed(multiply(r, BASE))
    s = (r + number(commitment, ED25519_PUBLIC, message) * SECRET) % ORDER
    return commitment + s.to_bytes(32, "little")


# --- RS256 ---------------------------------------------------------------------------------------

MODULUS = int("""
    ebe0829370bba3eabe721b1cbdc25ccca78d95d4a078b671b6ef47fce5b4a36aca5160f185fcdc27a31ceabae1d2f013308fc9eacf8b865fed013969e3a4d5c2
    7a90755c90fbdb9c6f233c74a9fda57e8faa5c85a5de4da08dac7b3e5fedcb20e1950c4788b22db4147d25e3bc5fa7e79611f226867ed585c3aaea883eabed4b
    7675f7784e6326464a8cc4eaa43b1f50f13e3bb5c501b3ebe67ba99cd58541bfee3da961c798f1f967e1066689b769ddbf51767c230963e9e19b95d3a57295d9
    75c35e32fa09dfafd6cc5ea3171d6ad98635c7ce66c2332674624fbde4edcea8d1e257b78dfef7259f4ad2df7dd20ffe3e4742e44b7fdf479d4e808ab1ad5ab5
    """.replace("\n", "").replace(" ", ""), 16)
PRIVATE = int("""
    2e13832e4dfd397de789dea5f4a37d013551c10cf1f3e29fbffe69ef8ae7886c99ecdfa50e696090159ad6777f19777028324e5d2201bd540bb60b8315c6e342
    c43267da972fbbac894136d40b48d3053007355f9e1118d4de17ed5337e5f9a208aed6e13a60a3f0e377b6e90fa917e1733d3a32305fa25228f0c033b11a6095
    d71d23c262c7cb9486ce37ccd462f63cd1924fff34743e5d0e54ffe360ce55887995020aec678680ff9882c8583f62fc51edee041b9d63683649357f48047dec
    9ff876429abb2e7915def4f8eab0254adf7f8d8d0159b995f8ae511a783e5dcca226145a824421770e9b0c43631eb2bc457bfbeb03299bda2e38553cf36d7f59
    """.replace("\n", "").replace(" ", ""), 16)
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(kid, **more):
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": unpadded(MODULUS.to_bytes(256, "big")), "e": "AQAB", **more}


def jwt(kid, claims):
    signed = ".".join(unpadded(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": kid}, claims)).encode()
    digest = SHA256_PREFIX + hashlib.sha256(signed).digest()
    block = b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest
    signature = pow(int.from_bytes(block, "big"), PRIVATE, MODULUS)
    return signed.decode() + "." + unpadded(signature.to_bytes(256, "big"))
