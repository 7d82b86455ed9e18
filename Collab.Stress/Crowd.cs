using Collab.Stress.Scenarios;

namespace Collab.Stress;

/// <summary>How many clients in how many documents.</summary>
internal static class Crowd
{
    /// <summary>Clients = documents × clients per document; what was not asked for is the scenario's, or follows.</summary>
    /// <exception cref="InvalidPlanException">The three contradict each other, or lead over a limit.</exception>
    public static (int Clients, int Documents) Of(ScenarioDefaults defaults, int? clients, int? documents, int? perDocument)
    {
        if (defaults.Documents == 0)
            return (clients ?? defaults.Clients, 0);
        if (perDocument is { } each)
        {
            long together = (long)(documents ?? (clients is { } all ? Math.Max(1, all / each) : defaults.Documents)) * each;
            if (clients is { } asked && asked != together)
                throw new InvalidPlanException($"--clients is {asked}, but --documents × --clients-per-document is {together}; leave one of the three out.");
            if (together > StressPlan.ClientsLimit)
                throw new InvalidPlanException($"--documents × --clients-per-document is {together} clients; the limit is {StressPlan.ClientsLimit}.");
            return ((int)together, (int)(together / each));
        }

        // Each document has somebody: a few clients alone mean fewer documents, and many documents alone as many clients each as the scenario has.
        int count = clients ?? (int)Math.Min(StressPlan.ClientsLimit, (long)(documents ?? defaults.Documents) * (defaults.Clients / defaults.Documents));
        if (documents > count)
            throw new InvalidPlanException($"--documents is {documents}, but --clients {count}: a document without a client is not edited.");
        return (count, Math.Min(documents ?? defaults.Documents, count));
    }
}
