namespace Collab.Operations.Json;

/// <summary>FNV-1a, 32 bits, one step for each UTF-16 code unit (the whole unit is mixed in at once, not byte by byte).</summary>
internal struct HashSink() : ICodeUnitSink
{
    private const uint OffsetBasis = 2166136261;
    private const uint Prime = 16777619;

    public uint Hash { get; private set; } = OffsetBasis;

    public void Append(char ascii) => Hash = unchecked((Hash ^ ascii) * Prime);

    public void Append(scoped ReadOnlySpan<char> units)
    {
        var hash = Hash;
        foreach (var unit in units) hash = unchecked((hash ^ unit) * Prime);
        Hash = hash;
    }
}
