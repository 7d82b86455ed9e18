using System.Text.Json.Nodes;

namespace Collab.Tests.Stress.Broken;

/// <summary>What one reader is told, with every so many operations of others wrong, and revisions counted as if it were right.</summary>
internal sealed class BrokenStream(Fault fault, int every)
{
    private string? _session;
    private JsonNode? _held;
    private long _shift;
    private long _operations;

    /// <summary>A message on its way out.</summary>
    /// <returns>What goes out instead; null for nothing.</returns>
    public JsonObject? Pass(JsonObject frame)
    {
        if (frame["arguments"]?[0] is not JsonObject message)
            return frame;
        switch ((string?)frame["target"])
        {
            case "joined":
                // The truth again, from here on.
                (_session, _held, _shift) = ((string?)message["session"], null, 0);
                break;
            case "operations":
                var told = Tell(message["operations"]!.AsArray(), out long shift);
                message["revision"] = (long)message["revision"]! + _shift;
                _shift += shift;
                if (told.Count == 0)
                    return null;
                message["operations"] = told;
                break;
        }

        return frame;
    }

    private JsonArray Tell(JsonArray operations, out long shift)
    {
        var told = new JsonArray();
        int before = operations.Count;
        foreach (var operation in operations.Select(operation => operation!.DeepClone()))
        {
            if (_held is { } held)
            {
                told.Add(operation);
                told.Add(held);
                _held = null;
                continue;
            }

            bool isTurn = (string?)operation["session"] != _session && IsSuitable(operation) && ++_operations % every == 0;
            if (!isTurn || fault == Fault.ReaderHearsTwice)
                told.Add(operation);
            if (!isTurn)
                continue;
            if (fault == Fault.ReaderHearsTwice)
            {
                told.Add(operation.DeepClone());
            }
            else if (fault == Fault.ReaderHearsInOtherOrder)
            {
                _held = operation;
            }
            else if (fault == Fault.ReaderHearsOtherwise)
            {
                operation["delta"] = Letters.ChangeInserted(operation["delta"]!.AsArray());
                told.Add(operation);
            }
        }

        shift = told.Count - before;
        return told;
    }

    private bool IsSuitable(JsonNode operation) => fault != Fault.ReaderHearsOtherwise || Letters.HasLetter(operation["delta"]!.AsArray());
}
