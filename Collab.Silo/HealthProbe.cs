namespace Collab.Silo;

/// <summary>
/// <c>Collab.Web health URL</c> and <c>Collab.Silo health URL</c>: asks a running host whether it is well, and ends with 0 or 1. For images without a
/// shell or curl, whose health check can run nothing but the host's own program.
/// </summary>
public static class HealthProbe
{
    /// <summary>The first argument that makes a host a probe.</summary>
    public const string Command = "health";

    // Docker gives a check 5 s in our images, starting the runtime included.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    /// <param name="arguments">One: the address, <c>http://127.0.0.1:8080/health/ready</c>.</param>
    /// <returns>0: it answered with a success. 1: it did not. 2: there is no such address.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var text] || !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await Console.Error.WriteLineAsync($"usage: {Command} URL, for example {Command} http://127.0.0.1:8080/health/ready");
            return 2;
        }

        using var client = new HttpClient { Timeout = AnswerLimit };
        try
        {
            using var answer = await client.GetAsync(address);
            // What is wrong is in the answer; Docker keeps what a check writes.
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{address} did not answer within {AnswerLimit.TotalSeconds} s: {failure.Message}");
            return 1;
        }
    }
}
