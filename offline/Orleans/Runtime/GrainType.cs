namespace Orleans.Runtime;

/// <summary>A kind of grain: by convention the class's name in lower case without the suffix <c>Grain</c>.</summary>
public readonly struct GrainType : IEquatable<GrainType>
{
    public GrainType(IdSpan id) => Value = id;

    public IdSpan Value { get; }

    public bool IsDefault => Value.IsDefault;

    public static GrainType Create(string value) => new(IdSpan.Create(value));

    public bool Equals(GrainType other) => Value.Equals(other.Value);

    public override bool Equals(object? obj) => obj is GrainType other && Equals(other);

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString();

    public static bool operator ==(GrainType left, GrainType right) => left.Equals(right);

    public static bool operator !=(GrainType left, GrainType right) => !left.Equals(right);
}
