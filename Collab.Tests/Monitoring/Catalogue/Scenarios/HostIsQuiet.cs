namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Much was read, and then nobody does anything: the process gives memory back.</summary>
internal sealed class HostIsQuiet : Scenario
{
    // Longer than a host has to be quiet, and each look at it makes some garbage.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(6);

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_runtime_quiet_collections_total", 1),
        Move.Rises("collab_runtime_quiet_returned_bytes_total"),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        await stage.WriteAsync(document, "a", 1, 0, new string('x', 200_000));
        // It may have given memory back just before, and rests for a minute then.
        await Eventually.IsTrue(
            async () =>
            {
                for (int i = 0; i < 10; i++)
                    await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content")));
                await Task.Delay(Quiet);
                return (await stage.ScrapeAsync()).Sum("collab_runtime_quiet_returned_bytes_total") > stage.Before.Sum("collab_runtime_quiet_returned_bytes_total");
            },
            "memory was given back");
    }
}
