using System.Text;

namespace Orleans.Runtime;

/// <summary>An identity's bytes (UTF-8) with their hash, computed once because every directory look-up needs it.</summary>
public readonly struct IdSpan : IEquatable<IdSpan>
{
    private readonly byte[]? _value;
    private readonly int _hash;

    public IdSpan(byte[] value)
    {
        _value = value;
        var hash = default(HashCode);
        hash.AddBytes(value);
        _hash = hash.ToHashCode();
    }

    public ReadOnlyMemory<byte> Value => _value;

    public bool IsDefault => _value is null or { Length: 0 };

    public static IdSpan Create(string id) => new(Encoding.UTF8.GetBytes(id));

    public ReadOnlySpan<byte> AsSpan() => _value;

    public bool Equals(IdSpan obj) => _hash == obj._hash && AsSpan().SequenceEqual(obj.AsSpan());

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => _hash;

    public override string ToString() => Encoding.UTF8.GetString(AsSpan());

    public static bool operator ==(IdSpan a, IdSpan b) => a.Equals(b);

    public static bool operator !=(IdSpan a, IdSpan b) => !a.Equals(b);
}
