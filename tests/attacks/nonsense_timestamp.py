"""nbgrader reads timestamp.txt, which a student may write, to see who is late. What is no time
stops it for this student, and a time in the future or far in the past is as good as the truth."""


def files(folder, course):
    text = "-99999999999-13-45T99:99:99 <script>DLCOURSE_ATTACK()</script>\n" * 50_000
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\x00" + text.encode())
