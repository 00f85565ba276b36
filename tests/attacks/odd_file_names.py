"""File names are bytes: no text at all, options and commands to a shell, patterns, control
characters, as long as can be. They end up in logs, reports and commands."""

import os


def files(folder, course):
    names = [
        b"\xff\xfe.csv",
        b"-rf",
        b"$(touch DLCOURSE_ATTACK)",
        b"; touch DLCOURSE_ATTACK",
        b"*",
        b"[a",
    ]
    names += [
        b"two\nlines.csv",
        b"\x1b[2J\r",
        b"x" * 255,
        b"..\\..\\x",
        b"%s%n{0}",
        b"...",
        b"'\"`",
    ]
    names += ["пример\u202egpj.txt".encode(), b"<img src=x onerror=DLCOURSE_ATTACK()>", b" "]
    for name in names:
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"1,2,3")
    for depth in range(1, 30):
        os.makedirs(os.path.join(folder, *["deep"] * depth), exist_ok=True)
