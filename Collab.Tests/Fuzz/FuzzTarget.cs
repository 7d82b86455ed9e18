namespace Collab.Tests.Fuzz;

/// <summary>Something that reads what strangers wrote.</summary>
/// <param name="Name">As in <c>regressions.txt</c>.</param>
/// <param name="Seeds">What is mutated: things that it reads, and some that it refuses.</param>
/// <param name="Read">
/// Reads an input and says in a few words what became of it: inputs with a new outcome are kept and mutated further. It throws <see cref="FuzzException"/> when a law is broken; any other exception is one, too.
/// </param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], string> Read);

/// <summary>A law that was broken.</summary>
internal sealed class FuzzException(string message) : Exception(message);
