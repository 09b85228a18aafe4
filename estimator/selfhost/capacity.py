"""How many sequences a replica holds beside the weights."""

from functools import lru_cache

from estimator.selfhost.deployment import Deployment
from estimator.selfhost.memory import memory, usable_hbm_share, weight_bytes
from estimator.selfhost.work import weight_bits
from pricing.errors import InputError

TIGHTEST_SHARE = 0.97  # Of memory, that operators let a server take where the model would not fit otherwise.


def replica_weight_bytes(deployment: Deployment) -> float:
    """Weights over all GPUs of a replica: each data-parallel attention group holds the shared ones in full."""
    model = deployment.architecture
    copies = (deployment.dp_attn - 1) * model.nonrouted_parameters * weight_bits(deployment)[1] / 8
    return weight_bytes(model, deployment.precision) + copies


@lru_cache(maxsize=4096)
def sequences_that_fit(deployment: Deployment, context_tokens: float) -> int:
    """Sequences of `context_tokens` tokens whose KV fits beside the weights. Raises InputError where not one does."""
    model = deployment.architecture
    if context_tokens <= model.max_context_tokens:
        total = deployment.gpus * deployment.device.hbm_bytes
        weights = replica_weight_bytes(deployment)
        each = model.kv_bytes(context_tokens, deployment.kv_element_bytes) * deployment.kv_copies
        for share in (usable_hbm_share(), TIGHTEST_SHARE):
            if (fit := int((share * total - weights) // max(each, 1.0))) >= 1:
                return fit
    raise InputError(_why_not(deployment, context_tokens))


def _why_not(deployment: Deployment, context_tokens: float) -> str:
    room = memory(
        deployment.architecture,
        deployment.precision,
        deployment.kv_element_bytes,
        round(context_tokens),
        deployment.gpus,
        deployment.device.hbm_bytes,
        kv_copies=deployment.kv_copies,
    )
    return room.reason or "The KV of a single sequence does not fit beside the weights that each group holds."
