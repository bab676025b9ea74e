"""A folder of images by the command line: a project, a network, and what it makes of new files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop import cli


def paint(folder: Path, name: str, color: tuple[int, int, int], count: int = 14) -> None:
    """Images of about one color in `folder`, in a subfolder called `name`."""
    chance = np.random.default_rng(len(name))
    (folder / name).mkdir(parents=True)
    for index in range(count):
        noise = chance.integers(0, 60, (12, 12, 3))
        pixels = np.clip(np.array(color) * 0.7 + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / name / f"{index}.png")


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [((255, 0, 0), (0, 0, 255), (12, 12, 3)), ((90, 90, 90), (250, 250, 250), (12, 12))],
    ids=["color", "gray"],
)
def test_from_a_folder_of_images_to_predictions(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    first: tuple[int, int, int],
    second: tuple[int, int, int],
    fits: tuple[int, ...],
) -> None:
    paint(tmp_path / "pictures", "first", first)
    paint(tmp_path / "pictures", "second", second)
    if len(fits) == 2:
        for path in (tmp_path / "pictures").rglob("*.png"):
            Image.open(path).convert("L").save(path)
    project, out = tmp_path / "pictures.layerwise", tmp_path / "out"
    assert cli.run(["new", str(tmp_path / "pictures"), "--out", str(project)]) == 0
    assert cli.run(["train", str(project), "--epochs", "15", "--out", str(out)]) == 0
    # New images of another size and kind, which are read as those for training were.
    new = [tmp_path / "a.jpg", tmp_path / "b.bmp"]
    for path, color in zip(new, (first, second), strict=True):
        Image.new("RGB", (30, 24), tuple(int(part * 0.7 + 30) for part in color)).save(path)
    capsys.readouterr()
    model = next(out.glob("*.keras"))
    assert cli.run(["predict", str(model), *map(str, new), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    text = json.dumps(answers)
    assert text.index("a.jpg") < text.index("b.bmp")
    assert [each["class"] for each in answers["predictions"]] == ["first", "second"]
