"""The verb `claims`: what an article said of DeepSeek V4, checked at the prices of now."""

from argparse import Namespace

from estimator.commands.asked import Verbs, json_option
from estimator.decision.checking import judge, usual_inputs
from estimator.decision.claims import Finding, by_topic, claims, inputs_of
from pricing import catalog, now
from pricing.console import DONE, show_json


def add(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "claims", parents=[json_option()], help="what an article said of DeepSeek V4, each claim with its verdict"
    )
    parser.set_defaults(command=_claims)


def _claims(args: Namespace) -> int:
    book, at = catalog(), now()
    found = [judge(claim, book, at) for claim in claims()]
    if args.json:
        show_json([finding_json(each) for each in found])
        return DONE
    for topic, among in by_topic(found).items():
        print(f"{topic}\n{'-' * len(topic)}")
        for each in among:
            print(f"{each.case.claim.said}\n  {each.verdict}. {each.sentence}\n")
    return DONE


def finding_json(found: Finding) -> dict[str, object]:
    """A judged claim: its numbers, its evidence and who says so."""
    claim, usual = found.case.claim, usual_inputs(found.case.claim)
    return {
        "id": claim.id,
        "topic": claim.topic,
        "said": claim.said,
        "said_on": claim.said_on.isoformat(),
        "said_by": claim.said_by,
        "verdict": found.verdict.value,
        "because": found.sentence,
        "inputs": [
            {"name": row.name, "label": row.label, "unit": row.unit, "value": usual[row.name], "source": row.source}
            for row in inputs_of(claim.id)
        ],
        "evidence": [
            {
                "subject": each.subject,
                "figure": each.figure,
                "holds": each.holds,
                "confidence": each.confidence or None,
                "source": each.source,
                "as_of": each.as_of.isoformat(),
            }
            for each in found.evidence
        ],
        "sources": [
            {"id": id_, "title": found.case.book.sources[id_].title, "locator": found.case.book.sources[id_].locator}
            for id_ in found.sources
        ],
    }
