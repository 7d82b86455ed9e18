using System.Collections.Immutable;

namespace Collab.Contracts.Load;

/// <summary>The cluster over the last minutes, all hosts together, and each host as it is now.</summary>
/// <param name="At">Now, on the grain's clock, as all times here.</param>
/// <param name="Step">From one moment to the next; the last one is younger.</param>
/// <param name="Series">Names of what all values here are: of a counter (by its name: <c>_total</c>, <c>_bucket</c>, <c>_sum</c>, <c>_count</c>) the increase per second, of a gauge its value.</param>
/// <param name="Moments">The oldest first. The last one is the <see cref="Step"/> that ends now.</param>
/// <param name="Increase">Of each counter, over as much of the last 15 minutes as hosts told of, by place in <see cref="Series"/>; 0 for a gauge.</param>
[GenerateSerializer, Immutable, Alias("collab.LiveReading")]
public sealed record LiveReading(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] TimeSpan Step,
    [property: Id(2)] ImmutableArray<string> Series,
    [property: Id(3)] ImmutableArray<LiveMoment> Moments,
    [property: Id(4)] ImmutableArray<LiveHost> Hosts,
    [property: Id(5)] ImmutableArray<double> Increase);

/// <summary>The sum over all hosts that told of this moment.</summary>
/// <param name="At">Its end.</param>
/// <param name="Hosts">How many that are.</param>
/// <param name="Values">By place in <see cref="LiveReading.Series"/>; NaN for what no host told.</param>
[GenerateSerializer, Immutable, Alias("collab.LiveMoment")]
public sealed record LiveMoment(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] int Hosts,
    [property: Id(2)] ImmutableArray<double> Values);

/// <summary>One host, as it last told.</summary>
/// <param name="Age">Since it told.</param>
/// <param name="IsSilent">It should have told again, and has not.</param>
/// <param name="HasLeft">It ended in order.</param>
/// <param name="Now">By place in <see cref="LiveReading.Series"/>; NaN for what it has not got, and for everything when it is silent.</param>
[GenerateSerializer, Immutable, Alias("collab.LiveHost")]
public sealed record LiveHost(
    [property: Id(0)] string Host,
    [property: Id(1)] ImmutableArray<string> Parts,
    [property: Id(2)] string Version,
    [property: Id(3)] TimeSpan Age,
    [property: Id(4)] bool IsSilent,
    [property: Id(5)] bool HasLeft,
    [property: Id(6)] ImmutableArray<double> Now);
