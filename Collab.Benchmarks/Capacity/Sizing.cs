namespace Collab.Benchmarks.Capacity;

/// <summary>How many machines so many people need. A cell is one cluster with one database; documents are spread over cells, and no cell knows of another.</summary>
/// <param name="Cell">The fleet of one.</param>
internal sealed record Sizing(int Cells, Fleet Cell)
{
    /// <summary>What silos, web hosts and database are filled to: room for one machine of two to be away, and for queues to stay short.</summary>
    public const double UtilisationTarget = 0.5;

    /// <summary>Connections of one web host, whatever its processors could do: what is cut, and comes back elsewhere, when one dies.</summary>
    public const int ConnectionsPerHost = 20_000;

    /// <summary>Bytes of write-ahead log that one database writes each second, and its standby and archive take. A choice, not a measurement.</summary>
    public const double WalBytesLimit = 100e6;

    /// <summary>Silos of one cluster: each probes ten others, connects to those that it has calls for, and reads the table of all when one comes or goes.</summary>
    public const int SilosPerCluster = 50;

    /// <param name="profile">What people do and what the machines are; its counts are not looked at.</param>
    public static Sizing For(long connections, long documents, Fleet profile, Costs costs)
    {
        for (int cells = 1; ; cells++)
        {
            var cell = Grow(profile with { Silos = 1, WebHosts = 1, Connections = (int)(connections / cells), Documents = (int)(documents / cells) }, costs);
            var load = Formulas.Of(cell, costs);
            if (load.Database <= UtilisationTarget && load.WalBytes <= WalBytesLimit && cell.Silos <= SilosPerCluster)
                return new Sizing(cells, cell);
        }
    }

    private static Fleet Grow(Fleet cell, Costs costs)
    {
        cell = cell with { WebHosts = Math.Max(1, (cell.Connections + ConnectionsPerHost - 1) / ConnectionsPerHost) };
        for (; ; )
        {
            var load = Formulas.Of(cell, costs);
            int silos = Math.Max(1, (int)Math.Ceiling(cell.Silos * Math.Max(load.Silo, load.Writer) / UtilisationTarget));
            int hosts = Math.Max(cell.WebHosts, (int)Math.Ceiling(cell.WebHosts * load.Web / UtilisationTarget));
            // More hosts make more pushes, and more silos more transactions: until one more step changes nothing.
            if (silos <= cell.Silos && hosts <= cell.WebHosts)
                return cell;
            cell = cell with { Silos = Math.Max(silos, cell.Silos), WebHosts = hosts };
        }
    }
}
