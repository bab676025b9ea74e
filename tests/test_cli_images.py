"""A folder of images by the command line: a project, a network, and what it makes of new files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop import cli
from desktop.engine import backend


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


def test_a_table_of_pixels_is_predicted_as_its_model_was_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = x.astype(int)
    training, new = tmp_path / "digits.csv", tmp_path / "new.csv"
    np.savetxt(training, np.column_stack([y, x])[:400], "%d", ",")
    project, folder = tmp_path / "digits.layerwise", tmp_path / "out"
    assert cli.run(["new", str(training), "--out", str(project)]) == 0
    assert cli.run(["train", str(project), "--epochs", "2", "--out", str(folder)]) == 0
    model = str(folder / "model.keras")

    # Without a label, with the label first, and with names and the label last: always the same.
    out = tmp_path / "predictions.csv"
    names = [f"pixel{number}" for number in range(64)]
    found = []
    for columns, header in (
        (x[400:440], ""),
        (np.column_stack([y, x])[400:440], ""),
        (np.column_stack([x, y])[400:440], ",".join([*names, "label"])),
    ):
        np.savetxt(new, columns, "%d", ",", header=header, comments="")
        assert cli.run(["predict", model, str(new), "--out", str(out)]) == 0
        said = capsys.readouterr().err
        has_label = columns.shape[1] > 64
        assert "40 rows with 64 columns matched by position" in said
        assert ("the target, which is not used" in said) is has_label
        lines = [line.split(",") for line in out.read_text().splitlines()]
        assert [len(line) for line in lines] == [columns.shape[1] + 11] * 41
        assert lines[1][: columns.shape[1]] == [str(cell) for cell in columns[0]]
        found.append([line[columns.shape[1] :] for line in lines])
        out.unlink()
    assert found[0] == found[1] == found[2] and found[0][0][:2] == ["prediction", "probability 0"]
    keras = backend.keras()
    expected = keras.models.load_model(model)(x[400:440].reshape(-1, 8, 8) / 16).numpy()
    shares = np.array([line[1:] for line in found[0][1:]], float)
    np.testing.assert_allclose(shares, expected, atol=1e-5)

    # What holds other data is refused, and it is said what can be given.
    np.savetxt(new, x[:5, :9], "%d", ",")
    np.save(tmp_path / "new.npy", x)
    (tmp_path / "bad.csv").write_text("\n".join([",".join(["0"] * 63 + [cell]) for cell in "19x2"]))
    for path, message in (
        (tmp_path / "bad.csv", 'row 3 has "x" in the column "Column 64", but pixels are whole'),
        (new, "has 9 columns; the network takes images of 8 × 8, so a table needs the 64 pixels"),
        (tmp_path / "new.npy", "or a table with the pixels of an image in each row"),
    ):
        assert cli.run(["predict", model, str(path)]) == 2
        assert message in " ".join(capsys.readouterr().err.split())
