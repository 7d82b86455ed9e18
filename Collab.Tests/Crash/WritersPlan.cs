namespace Collab.Tests.Crash;

/// <summary>Who writes where.</summary>
/// <param name="Entrances">Where clients connect, in turn: client 0 at the first. As many as there are hosts, so that everybody at a document has others on another host.</param>
/// <param name="Hosts">Web hosts whose REST answers are compared when all is said; the first one's log is read.</param>
/// <param name="Clients">Each is in two documents.</param>
/// <param name="Name">Documents are called <c>crash-0</c>, …</param>
internal sealed record WritersPlan(
    IReadOnlyList<Uri> Entrances, IReadOnlyList<Uri> Hosts, int Clients = WritersPlan.ManyClients, int Documents = 10, string Name = "crash")
{
    /// <summary>Twenty people at ten documents: four meet in each.</summary>
    public const int ManyClients = 20;
}
