using Collab.Tests.Cluster;
using Collab.Tests.Crash;
using Collab.Tests.Fuzz;
using Collab.Tests.Hostile;
using Collab.Tests.Log;
using Collab.Tests.Postgres;

// The tests' own child processes, for what must be seen from outside: a process that ends without warning; and the long form of a test.
// Test runners load this assembly as a library and never come here.
return args switch
{
    ["append", var path, var seed] => await AppendUntilKilled.RunAsync(path, int.Parse(seed)),
    ["crash", var rounds, var store, var seed] => await CrashCommand.RunAsync(rounds, store, seed),
    ["cluster", var rounds, var seed] => await ClusterCommand.RunAsync(rounds, seed),
    ["fuzz", var minutes, var seed] => FuzzCommand.Run(minutes, seed),
    ["hostile", var size, .. var name] => await HostileCommand.RunAsync(size, string.Join(' ', name)),
    ["postgres"] => await HoldPostgresAsync(),
    _ => 2,
};

// Tells its folder and stays until it is killed.
static async Task<int> HoldPostgresAsync()
{
    await using var server = await PostgresServer.StartNewAsync();
    Console.WriteLine(server.Folder);
    await Task.Delay(Timeout.Infinite);
    return 0;
}
