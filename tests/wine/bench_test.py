"""make bench-wine measures: every row runs on both sides in Wine and natively. What the numbers are, is for its reader."""
import sys
from pathlib import Path

from wine_harness import WineTest

BENCH = Path(__file__).resolve().parent.parent / "bench/bench_in_wine"


class Bench(WineTest):
    def test_every_row_is_measured(self):
        done = self.run_with([sys.executable, str(BENCH), "--rounds=1", "--prefix", str(self.prefix.path)])
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split() for line in done.stdout.splitlines()[1:-1]]
        self.assertGreater(len(rows), 10)
        for *_, ours, raw, ratio, goal, met, wines, wines_ratio in rows:
            self.assertGreater(min(map(float, (ours, raw, ratio, goal, wines, wines_ratio))), 0)
            self.assertIn(met, ("yes", "NO"))
