"""What Keras does with a project: data, building, training, evaluation, prediction. No Qt.

TensorFlow is imported only inside functions, so that importing this package stays cheap.
"""
