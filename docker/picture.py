#!/usr/bin/env python3
"""Draws a run on a terminal as docs/run.svg: docker/picture.py BUILD_FOLDER. The program runs on a pseudo terminal against
a simulated Oomnitza; what stands there in the end is drawn, line by line."""
import fcntl
import html
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time

HOUSE = pathlib.Path(__file__).resolve().parent.parent
COMMAND = "connector upload csv_assets"
CONFIG = """[oomnitza]
url = {url}
api_token = api-token
[csv_assets]
enable = True
filename = {house}/config/demo/assets.csv
sync_field = BARCODE
use_server_map = False
recordfilter:
    return record.Status != 'scrapped'
mapping.BARCODE = Barcode
mapping.OWNER = {{"source": "Owner Email", "converter": "split_email"}}
"""


def screen(raw: str) -> list[str]:
    """The lines that stay: carriage returns and "erase line" overwrite, colors are left out."""
    lines = []
    for line in raw.replace("\r\n", "\n").split("\n"):
        line = re.split(r"\r|\x1b\[2?K", line)[-1]
        lines.append(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip())
    while lines and not lines[-1]:
        lines.pop()
    return lines


def run(build: pathlib.Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        port = pathlib.Path(folder, "port")
        simulator = subprocess.Popen([build / "oomnitza-simulator", "--port", "0", "--port-file", port, "--quiet"])
        try:
            while not port.exists():
                time.sleep(0.02)
            url = f"http://127.0.0.1:{port.read_text().strip()}"
            ini = pathlib.Path(folder, "config.ini")
            ini.write_text(CONFIG.format(url=url, house=HOUSE))
            ini.chmod(0o600)
            os.environ.update(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", TERM="xterm-256color")
            os.chdir(folder)
            process, terminal = pty.fork()
            if process == 0:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 118, 0, 0))
                os.execv(build / "connector", COMMAND.split())
            output = []
            try:
                while data := os.read(terminal, 4096):
                    output.append(data)
            except OSError:  # how a pseudo terminal says that nobody writes to it any more
                pass
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            if status != 0:
                sys.exit(f"the run ends with {status}: {b''.join(output).decode()}")
            text = b"".join(output).decode().replace(url, "https://example.oomnitza.com")
            return screen(text.replace(str(pathlib.Path(folder).resolve()), "/srv/connector"))
        finally:
            simulator.terminate()
            simulator.wait()


def svg(lines: list[str]) -> str:
    wrapped = [part for line in lines for part in (re.findall(r".{1,126}", line) or [""])]
    height = 44 + 18 * len(wrapped)
    rows = [
        f'<text x="16" y="{40 + 18 * number}" fill="{"#7ee787" if number == 0 else "#e6edf3"}" xml:space="preserve">'
        f"{html.escape(line)}</text>"
        for number, line in enumerate(wrapped)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="990" height="{height}" viewBox="0 0 990 {height}" '
            'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="12.5">',
            f'<title>A run of {html.escape(COMMAND)}</title>',
            '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
            *rows,
            "</svg>",
            "",
        ]
    )


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD_FOLDER")
    build = pathlib.Path(sys.argv[1]).resolve()
    (HOUSE / "docs" / "run.svg").write_text(svg([f"$ {COMMAND}", *run(build)]))


main()
