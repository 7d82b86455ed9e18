namespace Orleans.Runtime;

/// <summary>A grain's identity, printed as <c>type/key</c>.</summary>
public readonly struct GrainId : IEquatable<GrainId>
{
    public GrainId(GrainType type, IdSpan key)
    {
        Type = type;
        Key = key;
    }

    public GrainType Type { get; }

    public IdSpan Key { get; }

    public bool IsDefault => Type.IsDefault && Key.IsDefault;

    public static GrainId Create(string type, string key) => new(GrainType.Create(type), IdSpan.Create(key));

    public static GrainId Create(GrainType type, string key) => new(type, IdSpan.Create(key));

    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    public static GrainId Parse(string value) =>
        TryParse(value, out var id) ? id : throw new ArgumentException($"Grain id \"{value}\" is not of the form type/key.", nameof(value));

    public static bool TryParse(string? value, out GrainId grainId)
    {
        var slash = value?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        grainId = slash <= 0 ? default : Create(value![..slash], value[(slash + 1)..]);
        return slash > 0;
    }

    public bool Equals(GrainId other) => Key.Equals(other.Key) && Type.Equals(other.Type);

    public override bool Equals(object? obj) => obj is GrainId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, Key);

    public override string ToString() => IsDefault ? "(null)" : $"{Type}/{Key}";

    public static bool operator ==(GrainId left, GrainId right) => left.Equals(right);

    public static bool operator !=(GrainId left, GrainId right) => !left.Equals(right);
}
