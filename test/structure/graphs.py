# SPDX-License-Identifier: MIT
"""Directed graphs, as dictionaries from a node to the set of nodes that it leads to."""
from collections.abc import Hashable, Iterable, Mapping


def cycles(graph: Mapping[Hashable, Iterable[Hashable]]) -> list[list]:
    """Every group of nodes that can all reach each other, a node that leads to itself included.

    Tarjan's strongly connected components, with a stack of its own instead of recursion.
    """
    order: dict[Hashable, int] = {}
    lowest: dict[Hashable, int] = {}
    open_nodes: list[Hashable] = []
    is_open: set[Hashable] = set()
    found = []
    for root in sorted(graph, key=str):
        work = [] if root in order else [(root, None)]
        while work:
            node, targets = work.pop()
            if targets is None:
                order[node] = lowest[node] = len(order)
                open_nodes.append(node)
                is_open.add(node)
                targets = iter(sorted(graph.get(node, ()), key=str))
            descended = False
            for target in targets:
                if target not in order:
                    work += [(node, targets), (target, None)]
                    descended = True
                    break
                if target in is_open:
                    lowest[node] = min(lowest[node], order[target])
            if descended:
                continue
            if work:
                parent = work[-1][0]
                lowest[parent] = min(lowest[parent], lowest[node])
            if lowest[node] == order[node]:
                group = []
                while not group or group[-1] != node:
                    group.append(open_nodes.pop())
                    is_open.discard(group[-1])
                if len(group) > 1 or node in graph.get(node, ()):
                    found.append(sorted(group, key=str))
    return found


def heaviest_path(graph: Mapping[Hashable, Iterable[Hashable]],
                  weights: Mapping[Hashable, int], start: Hashable) -> tuple[int, list]:
    """The largest sum of weights along a path from `start`, and that path."""
    assert not cycles(graph), "where there is a cycle, no path is the heaviest"
    best: dict[Hashable, tuple[int, Hashable | None]] = {}
    work = [start]
    while work:
        node = work[-1]
        missing = [target for target in graph.get(node, ()) if target not in best]
        if node in best:
            work.pop()
        elif missing:
            work += missing
        else:
            follower = max(graph.get(node, ()), key=lambda target: (best[target][0], str(target)),
                           default=None)
            below = best[follower][0] if follower is not None else 0
            best[node] = (weights.get(node, 0) + below, follower)
            work.pop()
    path = []
    node = start
    while node is not None:
        path.append(node)
        node = best[node][1]
    return best[start][0], path
