"""The answer may be somewhere in the world, and whatever a submission has read can be sent
there. Names alone carry data, too, as a lookup of a name reaches its owner's server."""

CODE = """\
import socket
import urllib.request

socket.setdefaulttimeout(1)
for address in [("1.1.1.1", 53), ("8.8.8.8", 443), ("2606:4700:4700::1111", 53), ("10.0.0.1", 80)]:
    try:
        socket.create_connection(address, timeout=1).close()
        boast(f"connected to {address}")
    except OSError:
        pass
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", ("1.1.1.1", 53))
        boast("sent a datagram")
except OSError:
    pass
for kind, protocol in [(socket.SOCK_RAW, socket.IPPROTO_ICMP), (socket.SOCK_DGRAM, 1)]:
    try:
        with socket.socket(socket.AF_INET, kind, protocol) as client:
            client.sendto(b"\\x08\\x00\\xf7\\xff\\x00\\x00\\x00\\x00", ("1.1.1.1", 0))
            boast("sent a ping")
    except OSError:
        pass
for name in ["example.com", "host.docker.internal"]:
    try:
        socket.getaddrinfo(name, 80)
        boast(f"found the address of {name}")
    except OSError:
        pass
for url in ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:@PORT@/"]:
    try:
        urllib.request.urlopen(url, timeout=1)
        boast(f"opened {url}")
    except OSError:
        pass
"""
