"""Figures as tables, and the goals beside them."""

import statistics

# Requests per second are compared at this concurrency, and latencies judged there.
GOAL_CONCURRENCY = 32
MANY = 256
MOST_TAIL = 2.5
LEAST_OF_MANY = 0.9
MOST_IDLE_MIB = 60
MOST_LOADED_MIB = 120
# What metrics and traces may leave of the requests per second.
LEAST_OF_UNWATCHED = 0.95


def median_of(runs, field):
    return statistics.median(run[field] for run in runs)


def summary(rounds):
    """Medians of the rounds of one scenario at one concurrency."""
    sides = {}
    for side in ("product", "limit"):
        runs = [pair[side] for pair in rounds]
        sides[side] = {
            "per_second": statistics.median(run["requests"] / run["seconds"] for run in runs),
            "p50_ms": median_of(runs, "p50_ms"),
            "p99_ms": median_of(runs, "p99_ms"),
            # The tail of a run belongs to the middle of the same run.
            "tail": statistics.median(run["p99_ms"] / max(run["p50_ms"], 0.001) for run in runs),
            # Of the server's process, without the database's.
            "cpu_us": median_of(runs, "cpu_us"),
            "errors": sum(run["errors"] for run in runs),
            "requests": sum(run["requests"] for run in runs),
        }
    # The two runs of a round follow each other, so the machine's mood is the same for both.
    ratio = statistics.median(
        pair["product"]["requests"] / pair["product"]["seconds"]
        / (pair["limit"]["requests"] / pair["limit"]["seconds"]) for pair in rounds)
    return {**sides, "ratio": ratio}


def table(results, scenarios, names=("product", "least")):
    """Markdown, which is read as easily in a terminal."""
    ours, other = names
    rows = [["", "at once", f"{ours}/s", f"{other}/s", "part", f"{ours} p50", "p99", "p99/p50",
             f"{other} p50", "p99", "p99/p50", "CPU us", "errors"]]
    for scenario in scenarios:
        for concurrency, of_both in results.get(scenario.name, {}).items():
            product, limit = of_both["product"], of_both["limit"]
            rows.append([
                scenario.about, str(concurrency), whole(product["per_second"]), whole(limit["per_second"]),
                f"{of_both['ratio']:.2f}", millis(product["p50_ms"]), millis(product["p99_ms"]),
                f"{product['tail']:.1f}", millis(limit["p50_ms"]), millis(limit["p99_ms"]),
                f"{limit['tail']:.1f}", f"{product['cpu_us']:.0f}/{limit['cpu_us']:.0f}",
                f"{product['errors']}/{limit['errors']}",
            ])
    return aligned(rows)


def goals(results, scenarios, memory):
    """Each goal with what was measured, as (goal, figure, is met)."""
    listed = []
    for scenario in scenarios:
        measured = results.get(scenario.name, {})
        at_goal, at_many = measured.get(GOAL_CONCURRENCY), measured.get(MANY)
        if at_goal:
            listed.append((f"{scenario.about}: at least {scenario.goal} of the least server",
                           f"{at_goal['ratio']:.2f}", at_goal["ratio"] >= scenario.goal))
            tail = at_goal["product"]["tail"]
            listed.append((f"{scenario.about}: p99 at most {MOST_TAIL} of p50",
                           f"{tail:.1f}", tail <= MOST_TAIL))
        if at_goal and at_many:
            kept = at_many["product"]["per_second"] / at_goal["product"]["per_second"]
            listed.append((f"{scenario.about}: {MANY} at once at least {LEAST_OF_MANY} of {GOAL_CONCURRENCY}",
                           f"{kept:.2f}", kept >= LEAST_OF_MANY))
    errors = sum(of_both["product"]["errors"] for measured in results.values() for of_both in measured.values())
    listed.append(("no errors", str(errors), errors == 0))
    if memory:
        idle, loaded = memory["idle_mib"], memory["loaded_mib"]
        listed.append((f"idle at most {MOST_IDLE_MIB} MiB resident", f"{idle:.0f} MiB", idle <= MOST_IDLE_MIB))
        listed.append((f"under load at most {MOST_LOADED_MIB} MiB resident", f"{loaded:.0f} MiB",
                       loaded <= MOST_LOADED_MIB))
    return listed


def telemetry_goals(results, scenarios):
    """The same of what metrics and traces cost."""
    listed = []
    for scenario in scenarios:
        for concurrency, of_both in results.get(scenario.name, {}).items():
            listed.append((f"{scenario.about} at {concurrency}: at least {LEAST_OF_UNWATCHED} of without",
                           f"{of_both['ratio']:.3f}", of_both["ratio"] >= LEAST_OF_UNWATCHED))
    ratios = [of_both["ratio"] for measured in results.values() for of_both in measured.values()]
    if ratios:
        middle = statistics.median(ratios)
        listed.append((f"median of all: at least {LEAST_OF_UNWATCHED} of without", f"{middle:.3f}",
                       middle >= LEAST_OF_UNWATCHED))
    return listed


def goal_table(listed):
    rows = [["goal", "measured", ""]]
    rows += [[goal, figure, "met" if is_met else "NOT met"] for goal, figure, is_met in listed]
    return aligned(rows)


def aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if number == 0:
            rules = ["-" * (width + 1) + (":" if column else "-") for column, width in enumerate(widths)]
            lines.append("|" + "|".join(rules) + "|")
    return "\n".join(lines)


def whole(number):
    return f"{number:,.0f}"


def millis(number):
    return f"{number:.2f} ms"
