"""The exported model behind FastAPI and uvicorn, in typical code: returns a prediction for the WAV file in the body.

usage: serve_fastapi.py EXPORT PORT WORKERS

EXPORT is the folder of `Train export`. Each worker is a process with a share of the cores.
"""
import io
import os
import sys

sys.path.insert(0, os.environ.get("EXPORT") or sys.argv[1])
threads = max(1, (os.cpu_count() or 1) // int(os.environ.get("WORKERS") or sys.argv[3]))
os.environ["OPENBLAS_NUM_THREADS"] = str(threads)  # for numpy

import features
import onnxruntime
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
model = onnxruntime.InferenceSession(os.path.join(os.path.dirname(features.__file__), "model.onnx"), options)
features.session = lambda: model
app = FastAPI()


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/predict")
async def predict(request: Request):
    body = await request.body()
    return await run_in_threadpool(lambda: features.predict(io.BytesIO(body)))


if __name__ == "__main__":
    import uvicorn
    os.environ["EXPORT"], os.environ["WORKERS"] = sys.argv[1], sys.argv[3]
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    uvicorn.run("serve_fastapi:app" if int(sys.argv[3]) > 1 else app, port=int(sys.argv[2]), workers=int(sys.argv[3]), log_level="warning")
