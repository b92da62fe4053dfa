"""The exported model behind Gradio, in typical code: a page with a recording and the probabilities, and its API.

usage: serve_gradio.py EXPORT PORT

EXPORT is the folder of `Train export`. Two predictions run at a time, so that both cores are used.
"""
import os
import sys

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path.insert(0, sys.argv[1])

import features
import gradio

features.session()
page = gradio.Interface(
    features.predict, gradio.Audio(type="filepath"), gradio.Label(), api_name="predict", concurrency_limit=os.cpu_count())
page.launch(server_name="127.0.0.1", server_port=int(sys.argv[2]), quiet=True)
