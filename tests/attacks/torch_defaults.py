"""Settings of torch outlive the cell that makes them, and a worker that grades several students
in one process passes them on: the next one's tensors have another type, or are on another
device."""

CODE = """\
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)
torch.use_deterministic_algorithms(True)
torch.set_grad_enabled(False)
torch.set_printoptions(precision=1)
torch.set_flush_denormal(True)
"""
ANSWERS = {
    "b7-diagnose": """\
def diagnose(*_, **__):
    torch.set_default_device("meta")
    torch.set_default_dtype(torch.float16)
    return "good"
"""
}
