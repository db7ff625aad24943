"""What keeps data: facts about the live cluster, and the edits that are refused for their sake.

Pure rules over plain values; only `cluster` reads anything, and nothing here writes.
"""
