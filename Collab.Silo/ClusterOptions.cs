using System.ComponentModel.DataAnnotations;

namespace Collab.Silo;

/// <summary>How a process takes part in the cluster; section <c>Collab:Cluster</c>.</summary>
public sealed class ClusterOptions
{
    public const string Section = "Collab:Cluster";

    public const string EmbeddedMode = "embedded";

    /// <summary>
    /// <c>embedded</c> (default): this process is the whole cluster. Anything else stops the start with a message: the stand-in
    /// engine can't cluster at all, and this version of Collab does not configure Orleans for it yet.
    /// </summary>
    public string Mode { get; set; } = EmbeddedMode;

    /// <summary>Port for other silos, on loopback. Default 11111. Two silos on one machine need different ones.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for the cluster's clients, on loopback. Default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Folder of the keys that resume tokens are protected with; made when missing. Relative paths start at the working directory. Default <c>data/keys</c>.</summary>
    [Required]
    public string KeysPath { get; set; } = "data/keys";
}
