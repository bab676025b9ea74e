"""The section *Glossary* of the page *Learn*: what the words of the program mean."""
