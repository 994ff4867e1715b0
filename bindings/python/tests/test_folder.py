# SPDX-License-Identifier: MIT
"""What is beside the code: the version, the package, the examples of the README."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import ntshm

from kit import DEADLINE, HERE, numpy


class TheFolder(unittest.TestCase):
    def test_the_version_is_the_projects(self):
        with open(os.path.join(HERE, "..", "..", "meson.build"), encoding="utf-8") as file:
            wanted = re.search(r"version: '([^']*)'", file.read()).group(1)
        with open(os.path.join(HERE, "pyproject.toml"), encoding="utf-8") as file:
            self.assertIn(f'version = "{wanted}"\n', file.read())
        self.assertEqual(ntshm.__version__, wanted)

    def test_it_can_be_built_as_a_package(self):
        try:
            import setuptools  # noqa: F401
            import wheel  # noqa: F401
        except ImportError:
            self.skipTest("setuptools and wheel are not installed")
        with tempfile.TemporaryDirectory() as directory:
            copy = os.path.join(directory, "copy")
            shutil.copytree(HERE, copy)
            subprocess.run([sys.executable, "-c", "from setuptools import build_meta\n"
                            "build_meta.build_wheel('..')"], cwd=copy, check=True,
                           timeout=DEADLINE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            name_of_wheel, = glob.glob(os.path.join(directory, "*.whl"))
            with zipfile.ZipFile(name_of_wheel) as built:
                self.assertLessEqual({"ntshm/__init__.py", "ntshm/_library.py", "ntshm/_memory.py",
                                      "ntshm/_sync.py", "ntshm/py.typed"}, set(built.namelist()))

    def test_the_examples_of_the_readme_run(self):
        with open(os.path.join(HERE, "README.md"), encoding="utf-8") as file:
            blocks = re.findall(r"```python\n(.*?)```", file.read(), re.S)
        self.assertGreaterEqual(len(blocks), 3)
        for block in blocks:
            if "numpy" in block and numpy is None:
                continue
            done = subprocess.run([sys.executable, "-c", block], text=True, timeout=DEADLINE,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT,
                                  env={**os.environ, "PYTHONPATH": HERE})
            self.assertEqual(done.returncode, 0, block + done.stdout)
