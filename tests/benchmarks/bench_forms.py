"""Decision to certificate on screen: the part of drawing, proof and picture (DESIGN 9)."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from pyrage import x25519

from app.core.tables import load_tables, shipped_tables
from forms.batch import PART, Job, begin_worker, build_part, part_path
from forms.certificates.eligibility_certificate import EligibilityCertificateData
from forms.fonts import load_fonts
from forms.press import Press
from forms.preview import preview
from tests.benchmarks import batch_limits, limits
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.support.form_examples import CERTIFICATE, NOW
from tests.support.soak import tries

ROUNDS = 40
BATCH = 400
LINES = tuple(f"被保険者番号 {n:08d} 見本県見本市見本町一丁目2番3号 " for n in range(24))
"""About as much text as a certificate has, for the bare ways."""
NAMES = ("葛\U000e0102城　美智子", "髙﨑　𠮷之介", "辻\U000e0100　邉\U000e010f子", "山田　花子")


def certificates() -> Iterable[Row]:
    """The same press draws one certificate after the other, as it does at the counter."""
    start = time.perf_counter()
    fonts = load_fonts()
    press = Press(fonts, load_tables(shipped_tables()))
    press.warm()
    opened = time.perf_counter() - start
    first, bare, spent = _one(press, 0), limits.Page(fonts, LINES), []
    for number in range(1, ROUNDS):
        spent.append(_one(press, number))
        bare.once()
    total = sorted(sum(parts) for parts in spent)
    middle = [statistics.median(parts[at] for parts in spent) * 1000 for at in range(3)]
    note = f"draw {middle[0]:.0f}, proof {middle[1]:.0f}, picture {middle[2]:.0f} ms"
    name = "certificate drawn, proved, on screen: p95"
    yield Row(name, 150, total[-2] * 1000, "ms", bare.shown, note=note)
    yield Row("the first one after the start", 300, sum(first) * 1000, "ms", bare.shown)
    tables = limits.font_tables(fonts)
    yield Row("fonts read ahead, on a thread of its own", 1500, opened * 1000, "ms", tables)
    alone = 1 / statistics.median(parts[0] for parts in spent)
    yield Row("certificates drawn one by one, one core", 30, alone, "/s", bare.drawn, Better.MORE)


def _one(press: Press, number: int) -> tuple[float, float, float]:
    data = replace(
        CERTIFICATE,
        name=NAMES[number % len(NAMES)],
        insured_number=f"{number * 7919 % 10**8:08d}",
        certificate_number=f"T01-1-{number:06d}",
    )
    times = [time.perf_counter()]
    rendered = press.render("FORM-04", data, training=False, now=NOW)
    times.append(time.perf_counter())
    press.prove(rendered, data)
    times.append(time.perf_counter())
    preview(rendered.pdf, 0, 150)
    times.append(time.perf_counter())
    return times[1] - times[0], times[2] - times[1], times[3] - times[2]


def batch() -> Iterable[Row]:
    """Many certificates in one file, in one process, with and without the proof of DESIGN 7:
    sheets of two pages, by the processor's time, since Typst takes every core there is."""
    fonts = load_fonts()
    press = Press(fonts, load_tables(shipped_tables()))
    press.warm()
    papers = [_paper(number) for number in range(BATCH)]
    press.prove_batch(
        press.render_batch("FORM-04", papers[:3], training=False, now=NOW), papers[:3]
    )
    begun = time.process_time()
    part = press.render_batch("FORM-04", papers, training=False, now=NOW)
    drawn = time.process_time()
    press.prove_batch(part, papers)
    proved = time.process_time()
    texts = batch_limits.placed(part.records[0], fonts)
    size = part.records[0].pages[0]
    rival = batch_limits.typst_pages(texts, size, fonts, BATCH)
    alone, whole = BATCH / (drawn - begun), BATCH / (proved - begun)
    if rival is not None:
        limit = Limit("the same sheet by Typst", rival)
        note = f"{alone / rival:.1f} x"
        yield Row("batch without proof, one core", 2 * rival, alone, "/s", limit, Better.MORE, note)
        note = f"{whole / rival:.1f} x"
        yield Row("batch with proof, one core", rival, whole, "/s", limit, Better.MORE, note)
    slow = batch_limits.weasyprint_pages(texts, size, BATCH // 20)
    if slow is not None:
        limit = Limit("the same sheet by WeasyPrint", slow)
        yield Row("batch without proof", 30 * slow, alone, "/s", limit, Better.MORE)


def batch_memory() -> Iterable[Row]:
    """What a process that builds parts holds at most, after a tenth of them and after all: 50,000
    sheets in the soak run, a fifth of that here. Each is a process of its own, as the product's."""
    most = tries(10_000, 50_000)
    some, all_ = _most_memory(most // 10), _most_memory(most)
    limit = Limit(f"after {most // 10:,} sheets", 1.0)
    note = f"{some:.0f} MB, {all_:.0f} MB after {most:,}"
    yield Row("batch memory of a process that draws", 1.1, all_ / some, "x", limit, note=note)


def _most_memory(sheets: int) -> float:
    """Megabytes at most of a fresh process that draws, proves, seals and writes so many."""
    with ProcessPoolExecutor(1, get_context("spawn"), begin_worker) as pool:
        return pool.submit(_built, sheets).result()


def _built(sheets: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        key = str(x25519.Identity.generate().to_public())
        job = Job("FORM-04", False, NOW, (key,), Path(folder))
        for part in range(sheets // PART):
            build_part(job, part, tuple((at, _paper(part * PART + at)) for at in range(PART)))
            part_path(job.folder, part).unlink()
    # of this process alone: what getrusage says also counts who started it
    said = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in said if line.startswith("VmHWM")) / 1024


def _paper(number: int) -> EligibilityCertificateData:
    return replace(
        CERTIFICATE,
        name=NAMES[number % len(NAMES)],
        insured_number=f"{number * 7919 % 10**8:08d}",
        certificate_number=f"T01-1-20260701-{number:05d}",
    )


BENCHES = (
    Bench("batch", "many certificates in one file", batch),
    Bench("batch_memory", "what a process holds that builds a batch", batch_memory),
    Bench("certificates", "one certificate after the other", certificates),
)
