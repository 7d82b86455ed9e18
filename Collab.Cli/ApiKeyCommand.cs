using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;

namespace Collab.Cli;

/// <summary><c>collab apikey NAME</c>: makes a key for a back end. Nothing keeps it but whoever reads the output; hosts are told its hash.</summary>
internal static class ApiKeyCommand
{
    // Secret scanners know keys by how they begin.
    private const string Prefix = "collab_";

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Who will call with it: 1–64 characters of A–Z a–z 0–9 . _ -" };
        name.Validators.Add(result =>
        {
            string text = result.GetValueOrDefault<string>();
            if (text.Length is 0 or > 64 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                result.AddError($"'{text}' is not 1–64 characters of A–Z a–z 0–9 . _ -");
        });
        var command = new Command("apikey", "Makes an API key for a back end: prints it, and the settings by which hosts know it.") { name };
        command.SetAction((arguments, cancellation) => RunAsync(arguments.GetValue(name)!, Console.Out));
        return command;
    }

    private static async Task<int> RunAsync(string name, TextWriter output)
    {
        string key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
        await output.WriteLineAsync(
            $"""
            # For the back end alone, which sends it as X-Api-Key. It is shown only here:
            {key}

            # For the hosts' environment, the number being the next that is free:
            Collab__Access__ApiKeys__0__Name={name}
            Collab__Access__ApiKeys__0__Hash={hash}
            """);
        return Outcome.Fine;
    }
}
