namespace Collab.Benchmarks.Capacity;

/// <summary>
/// The same fleet in closed form: the utilisation law, U = rate × cost ÷ cores, with each transaction carrying what queued while the one before was on its way. It knows of no waiting for cores, so a busy fleet's
/// batches are larger, and its database idler, than it says.
/// </summary>
/// <param name="Operations">Each second.</param>
/// <param name="Pushes">Each second, all web hosts together.</param>
/// <param name="Deliveries">Messages to connections each second.</param>
/// <param name="Batch">Operations in one transaction of a silo.</param>
/// <param name="Transactions">Each second, all silos together.</param>
/// <param name="Writer">How near a silo's writer, which has one transaction under way, is to where queues grow without end: what operations add to a transaction, of the time in which they come.</param>
/// <param name="Silo">Utilisation of the silos' cores.</param>
/// <param name="Web">Utilisation of the web hosts' cores.</param>
/// <param name="Database">Utilisation of the database's cores.</param>
/// <param name="HottestDocument">Of the one turn that the busiest document has at a time.</param>
/// <param name="WalBytes">Bytes of write-ahead log each second.</param>
internal sealed record Formulas(
    double Operations, double Pushes, double Deliveries, double Batch, double Transactions, double Writer, double Silo, double Web, double Database, double HottestDocument, double WalBytes)
{
    public static Formulas Of(Fleet fleet, Costs costs)
    {
        double[] people = fleet.People();
        double[] rates = [.. people.Select(fleet.Rate)];
        double operations = rates.Sum();
        double perSilo = operations / fleet.Silos;

        // A transaction takes T = fixed + each × n, and carries what comes in T, or the one operation that ends a pause: n = x + e^(−x), x = rate × T.
        double fixedTime = (costs.SiloTransaction + costs.DatabaseTransaction + (1.5 * costs.Sync) + (4 * costs.Hop)) / 1e6;
        double eachTime = (costs.SiloAppend + costs.DatabaseAppend) / 1e6;
        double writer = perSilo * eachTime;
        double batch = writer < 1 ? 1 : double.PositiveInfinity;
        for (int i = 0; i < 1000 && batch < double.PositiveInfinity; i++)
        {
            double came = perSilo * (fixedTime + (eachTime * batch));
            batch = came + Math.Exp(-came);
        }

        double transactions = operations / batch;

        // A document's operations that are in one transaction leave in one push. People type at random, so one has something in a transaction with chance 1 − e^(−rate × T).
        double cycle = batch / perSilo;
        double pushes = 0, deliveries = 0;
        for (int i = 0; i < people.Length; i++)
        {
            double pushed = (1 - Math.Exp(-rates[i] * cycle)) / cycle;
            pushes += pushed * fleet.Hosts(people[i]);
            deliveries += pushed * people[i];
        }

        double forwarded = (operations + pushes) * (1 - (1.0 / fleet.Silos));
        double silo = (operations * (costs.SiloDecide + costs.SiloAppend)) + (transactions * costs.SiloTransaction) + (pushes * costs.SiloPush) + (forwarded * costs.SiloForward);
        double web = (operations * costs.WebReceive) + (pushes * costs.WebPush) + (deliveries * costs.WebDeliver);
        double database = (transactions * costs.DatabaseTransaction) + (operations * costs.DatabaseAppend);
        return new Formulas(
            operations, pushes, deliveries, batch, transactions, writer,
            silo / 1e6 / (fleet.Silos * fleet.SiloCores), web / 1e6 / (fleet.WebHosts * fleet.WebCores), database / 1e6 / fleet.DatabaseCores,
            rates.Max() * costs.SiloDecide / 1e6, operations * costs.WalBytes);
    }
}
