"""Writes classification.json: accuracy, F1 and Matthews correlation as scikit-learn computes them.

    python make_classification.py > classification.json
"""

import json
import random
import sys

import sklearn
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef


def case(name, truth, answers):
    binary = max(truth + answers) < 2
    return {
        "name": name,
        "truth": truth,
        "answers": answers,
        "accuracy": float(accuracy_score(truth, answers)),
        # GLUE's F1 is that of class 1 of two.
        "f1": float(f1_score(truth, answers, zero_division=0)) if binary else None,
        "matthews": float(matthews_corrcoef(truth, answers)),
    }


def main():
    generator = random.Random(0)
    cases = []
    for classes in (2, 3, 5):
        for length in (1, 2, 5, 30, 200):
            for agreement in (0.0, 0.3, 0.9, 1.0):
                truth = [generator.randrange(classes) for _ in range(length)]
                answers = [t if generator.random() < agreement else generator.randrange(classes) for t in truth]
                cases.append(case(f"{classes} classes, {length} examples, agreement {agreement}", truth, answers))
    cases.append(case("only class 0 is answered", [0, 1, 1, 0, 1], [0] * 5))
    cases.append(case("only class 1 is answered", [0, 1, 1, 0, 1], [1] * 5))
    cases.append(case("only class 1 is right", [1] * 4, [1, 0, 1, 1]))
    cases.append(case("rare class", [1] + [0] * 40, [0, 1] + [0] * 39))
    json.dump({"sklearn": sklearn.__version__, "cases": cases}, sys.stdout, separators=(",", ":"))
    print()


main()
