using System.Globalization;
using Orleans.Runtime;

namespace Orleans;

/// <summary>Names a grain class's type instead of the convention (lower case, without the suffix <c>Grain</c>).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class GrainTypeAttribute(string grainType) : Attribute
{
    private readonly GrainType _grainType = GrainType.Create(grainType);

    public GrainType GetGrainType(IServiceProvider services, Type type) => _grainType;
}

/// <summary>Activations of the class are never collected for idleness.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class KeepAliveAttribute : Attribute;

/// <summary>How long activations of the class stay idle before they are collected, instead of the silo's collection age.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class CollectionAgeLimitAttribute : Attribute
{
    public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

    private readonly TimeSpan? _inactivityPeriod;

    public CollectionAgeLimitAttribute()
    {
    }

    /// <param name="inactivityPeriod">As <see cref="TimeSpan.Parse(string)"/> reads it. Taken as it is, without <see cref="MinAgeLimit"/>.</param>
    public CollectionAgeLimitAttribute(string inactivityPeriod) =>
        _inactivityPeriod = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture);

    public double Days { get; set; }

    public double Hours { get; set; }

    public double Minutes { get; set; }

    /// <summary>Never collect. Default: false.</summary>
    public bool AlwaysActive { get; set; }

    public TimeSpan AgeLimit
    {
        get
        {
            if (_inactivityPeriod is { } given)
                return given;
            var age = AlwaysActive
                ? TimeSpan.FromDays(short.MaxValue)
                : TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
            return age < MinAgeLimit ? MinAgeLimit : age;
        }
    }
}

/// <summary>A method's own response timeout, as <c>hh:mm:ss</c>, instead of the silo's.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
{
    public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
}
