using System.Runtime.CompilerServices;

namespace Collab.Tests;

/// <summary>Waits for facts, not for times; a timeout names what did not happen.</summary>
internal static class Eventually
{
    /// <summary>Far beyond what a saturated machine needs; reaching it means that it will not happen.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public static Task IsTrue(Func<bool> fact, [CallerArgumentExpression(nameof(fact))] string what = "") => IsTrue(() => Task.FromResult(fact()), what);

    public static Task IsTrue(Func<Task<bool>> fact, [CallerArgumentExpression(nameof(fact))] string what = "") => IsTrue(fact, () => what);

    /// <param name="what">Asked when the time is up: it can say how far things got.</param>
    public static Task IsTrue(Func<bool> fact, Func<string> what) => IsTrue(() => Task.FromResult(fact()), what);

    private static async Task IsTrue(Func<Task<bool>> fact, Func<string> what)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (!await fact())
        {
            if (DateTime.UtcNow > deadline)
                Assert.Fail($"Within {Limit.TotalSeconds} s it did not become true that {what()}");
            await Task.Delay(10);
        }
    }
}
