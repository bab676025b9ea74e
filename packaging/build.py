"""Builds the executable: one folder and one archive in `dist/`.

    python -m pip install uv && python -m uv run packaging/build.py

The steps: an environment of exactly what goes in (with TensorFlow's build for processors alone),
the icons, PyInstaller, libraries stripped of symbols, the sizes of the largest parts, the archive.
MNIST goes in if Keras has it on this machine; `--no-archive` leaves the archive out.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD, DIST = ROOT / "build", ROOT / "dist"
ENVIRONMENT = BUILD / "environment"

# Qt's X11 plugin takes these from the system, so they are taken along.
X11_LIBRARIES = ("libxcb-cursor", "libxcb-icccm", "libxcb-keysyms", "libxcb-image", "libxcb-util")
LARGEST = 15  # parts that the build tells the size of


class BuildError(Exception):
    """The build cannot go on; the message says why and what to do."""


def main() -> int:
    """Build; returns the exit code."""
    arguments = argparse.ArgumentParser(description="Builds the executable in dist/.")
    arguments.add_argument("--no-archive", action="store_true", help="only the folder")
    chosen = arguments.parse_args()
    try:
        product = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        version = str(product["version"])
        check_version(version)
        python = make_environment()
        run(python, HERE / "icons.py", BUILD / "icons")
        (BUILD / "version.txt").write_text(version_resource(version), "utf-8")
        folder = freeze(python)
        if sys.platform.startswith("linux"):
            add_linux_files(folder)
            check_x11_libraries(folder)
            strip(folder)
        elif sys.platform == "win32":
            shutil.copy(HERE / "windows" / "associate.cmd", folder)
            shutil.copy(ROOT / "LICENSE", folder)
        say(sizes(folder))
        if not chosen.no_archive:
            archive = pack(folder, version)
            say(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:,.1f} MB")
    except BuildError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def run(*command: object, **environment: str) -> None:
    """Run `command` in the project's folder. Raises BuildError if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT, env=os.environ | environment)
    if done.returncode != 0:
        raise BuildError(f"{Path(words[0]).name} {words[1]} ended with code {done.returncode}")


def check_version(version: str) -> None:
    """The package says the same version as pyproject.toml."""
    source = (ROOT / "desktop" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    if found is None or found[1] != version:
        raise BuildError(
            f"pyproject.toml has version {version}, desktop/__init__.py "
            f"{found[1] if found else 'none'}: make them the same"
        )


def make_environment() -> Path:
    """An environment with what the executable holds and PyInstaller; returns its Python."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise BuildError("uv is not there: run python -m uv run packaging/build.py")
    options = "--no-dev --group executable --no-emit-project --no-hashes --no-header --quiet"
    exported = subprocess.run(
        [uv, "export", *options.split()], cwd=ROOT, capture_output=True, text=True
    )
    if exported.returncode != 0:
        raise BuildError(f"uv export failed: {exported.stderr.strip()}")
    requirements = exported.stdout
    if sys.platform.startswith("linux") and platform.machine() == "x86_64":
        # The same TensorFlow without its parts for graphics cards, 400 MB smaller.
        requirements = re.sub(r"(?m)^tensorflow==", "tensorflow-cpu==", requirements)
    BUILD.mkdir(exist_ok=True)
    wanted = BUILD / "requirements.txt"
    wanted.write_text(requirements, "utf-8")
    scripts = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    python = ENVIRONMENT / scripts
    if not python.exists():
        run(uv, "venv", "--quiet", "--python", sys.executable, ENVIRONMENT)
    run(uv, "pip", "sync", "--quiet", "--python", python, wanted)
    return python


def freeze(python: Path) -> Path:
    """Run PyInstaller; returns the folder it made."""
    mnist = cached_mnist()
    say(f"MNIST: {'goes in' if mnist else 'not in the cache of Keras, stays out'}")
    run(
        *(python, "-m", "PyInstaller", HERE / "layerwise.spec", "--noconfirm"),
        *("--distpath", DIST, "--workpath", BUILD / "pyinstaller", "--log-level", "ERROR"),
        LAYERWISE_MNIST=str(mnist or ""),
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    return DIST / ("Layerwise.app" if sys.platform == "darwin" else "layerwise")


def cached_mnist() -> Path | None:
    """MNIST where Keras keeps it, if it is there."""
    home = os.environ.get("KERAS_HOME")
    path = (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"
    return path if path.is_file() else None


def add_linux_files(folder: Path) -> None:
    """Put the desktop entry, the MIME type, the icons and the script that adds them in place."""
    share = folder / "share"
    shutil.rmtree(share, ignore_errors=True)
    for name, place in (
        ("layerwise.desktop", "applications"),
        ("layerwise.xml", "mime/packages"),
    ):
        target = share / place / name
        target.parent.mkdir(parents=True)
        shutil.copy(HERE / "linux" / name, target)
    for size in (16, 32, 48, 64, 128, 256, 512):
        target = share / f"icons/hicolor/{size}x{size}/apps/layerwise.png"
        target.parent.mkdir(parents=True)
        shutil.copy(BUILD / "icons" / f"{size}.png", target)
    shutil.copy(HERE / "linux" / "add-to-menu", folder / "add-to-menu")
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")


def check_x11_libraries(folder: Path) -> None:
    """Raise BuildError if this machine lacks a library that the executable has to bring."""
    there = {path.name for path in (folder / "_internal").iterdir()}
    missing = [name for name in X11_LIBRARIES if not any(each.startswith(name) for each in there)]
    if missing:
        raise BuildError(
            f"{', '.join(missing)} are not on this system, so the executable would lack them: "
            "install the packages that .ci/run names"
        )


def strip(folder: Path) -> None:
    """Strip the symbols of all libraries.

    Those in folders called *.libs have been edited after linking, which strip does not survive.
    """
    for path in sorted(folder.rglob("*.so*")):
        edited = any(parent.name.endswith(".libs") for parent in path.parents)
        if not path.is_symlink() and not edited and path.is_file():
            run("strip", "--strip-unneeded", path)


def sizes(folder: Path) -> str:
    """The size of the folder and of its largest parts, in MB (10^6 bytes)."""
    inside = folder / ("Contents" if sys.platform == "darwin" else "_internal")
    parts: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            part = path.relative_to(inside).parts[0] if inside in path.parents else path.name
            parts[part] += path.stat().st_size
    lines = [f"{folder.name}: {parts.total() / 1e6:,.1f} MB"]
    lines += [f"{size / 1e6:8.1f} MB  {part}" for part, size in parts.most_common(LARGEST)]
    return "\n".join(lines)


def pack(folder: Path, version: str) -> Path:
    """The archive of `folder`: .tar.xz, or on Windows .zip, which needs no other program there."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    machine = {"AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    name = f"layerwise-{version}-{system}-{machine}"
    if system == "windows":
        path = DIST / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for each in sorted(folder.rglob("*")):
                archive.write(each, each.relative_to(DIST))
        return path
    path = DIST / f"{name}.tar.xz"
    if shutil.which("xz") is None:
        with tarfile.open(path, "w:xz", preset=6) as archive:
            archive.add(folder, folder.name)
        return path
    with path.open("wb") as written:
        tar = subprocess.Popen(
            ["tar", "-C", str(DIST), "--sort=name", "-cf", "-", folder.name]
            if system == "linux"
            else ["tar", "-C", str(DIST), "-cf", "-", folder.name],
            stdout=subprocess.PIPE,
        )
        xz = subprocess.run(["xz", "-6", "-T0"], stdin=tar.stdout, stdout=written)
        if tar.wait() or xz.returncode:
            raise BuildError(f"{path} could not be written")
    return path


def version_resource(version: str) -> str:
    """What Windows shows as the properties of the executable, in PyInstaller's notation."""
    numbers = (*(int(part) for part in re.findall(r"\d+", version)), 0, 0, 0, 0)[:4]
    strings = {
        "CompanyName": "Layerwise",
        "FileDescription": "Layerwise",
        "FileVersion": version,
        "InternalName": "layerwise",
        "LegalCopyright": "MIT license",
        "OriginalFilename": "layerwise.exe",
        "ProductName": "Layerwise",
        "ProductVersion": version,
    }
    table = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, "
        "flags=0, OS=0x40004, fileType=1, subtype=0, date=(0, 0)), kids=[StringFileInfo(["
        f"StringTable('040904B0', [{table}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


if __name__ == "__main__":
    sys.exit(main())
