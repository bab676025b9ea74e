"""TensorBoard: its logs written and read, and TensorBoard itself as a process of ours.

Keras counts epochs from 0 in these logs, the rest of the program from 1: step 0 is epoch 1.
"""
